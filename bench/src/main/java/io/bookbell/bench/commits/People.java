package io.bookbell.bench.commits;

import io.bookbell.hub.UserId;
import io.bookbell.server.access.Access;
import io.bookbell.server.account.Accounts;
import io.bookbell.server.account.Accounts.NewAccount;
import io.bookbell.server.account.Sessions;
import io.bookbell.server.activity.Activity;
import io.bookbell.server.config.Config;
import io.bookbell.server.creator.Creators;
import io.bookbell.server.inbox.Epochs;
import io.bookbell.server.inbox.Inbox;
import io.bookbell.server.quota.Period;
import io.bookbell.server.quota.Quotas;
import io.bookbell.server.quota.Supporters;
import io.bookbell.server.quota.Tiers;
import io.bookbell.server.storage.StoredData;
import io.bookbell.server.storage.Transaction;
import io.bookbell.server.team.Admins;
import io.bookbell.server.team.Team;
import java.util.ArrayList;
import java.util.List;

/** Lays creators with a team and supporters into an empty database, all of them signed in. */
final class People {
  private static final int CREATORS = 4;
  private static final int TEAM = 3;
  private static final int SUPPORTERS = 240; // of whom each may ask 100 times a minute

  private final Accounts accounts = new Accounts();
  private final Activity activity = new Activity((_, _, _) -> {});
  private final Creators creators = new Creators();
  private final Access access = new Access(creators, new Admins(), new Quotas());
  private final Inbox inbox = new Inbox(_ -> {});
  private final Sessions sessions = new Sessions((_, _) -> {});
  private final Tiers tiers = new Tiers(creators, access, activity);
  private final Supporters supporters = new Supporters(creators, access, tiers, activity, inbox);
  private final Team team = new Team(creators, access, activity, inbox);

  /** Somebody and the token of a session. */
  record Person(UserId id, String token) {}

  /** A creator with those who answer, the creator among them, and those who ask. */
  record Circle(UserId creator, List<Person> admins, List<Person> supporters) {}

  private People() {}

  static List<Circle> lay(Config.Storage storage) {
    var people = new People();
    try (var data = StoredData.forServing(storage)) {
      return data.database().write(people::circles).join();
    }
  }

  private List<Circle> circles(Transaction tx) {
    Epochs.begin(tx);
    var circles = new ArrayList<Circle>();
    for (int number = 0; number < CREATORS; number++) {
      circles.add(circle(tx, "c" + number));
    }
    return circles;
  }

  private Circle circle(Transaction tx, String name) {
    Person creator = person(tx, name);
    creators.create(tx, creator.id, name);
    var admins = new ArrayList<>(List.of(creator));
    for (int number = 0; number < TEAM; number++) {
      Person member = person(tx, name + "t" + number);
      team.join(tx, creator.id, creators.lock(tx, creator.id), member.id);
      admins.add(member);
    }
    var terms = new Tiers.Terms("All", 1_000_000, Period.NONE);
    long tier = tiers.create(tx, creator.id, creator.id, terms).id();
    var askers = new ArrayList<Person>();
    for (int number = 0; number < SUPPORTERS; number++) {
      Person supporter = person(tx, name + "s" + number);
      supporters.join(tx, creators.lock(tx, creator.id), supporter.id, tier);
      askers.add(supporter);
    }
    return new Circle(creator.id, admins, askers);
  }

  private Person person(Transaction tx, String name) {
    UserId id = accounts.create(tx, new NewAccount(name + "@bench.test", name, "no"), false).id();
    return new Person(id, sessions.begin(tx, id));
  }
}
