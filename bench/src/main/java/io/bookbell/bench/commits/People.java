package io.bookbell.bench.commits;

import io.bookbell.hub.UserId;
import io.bookbell.server.account.AccountStore;
import io.bookbell.server.account.AccountStore.NewAccount;
import io.bookbell.server.account.SessionClient;
import io.bookbell.server.account.SessionStore;
import io.bookbell.server.activity.ActivityLog;
import io.bookbell.server.config.ServerConfig;
import io.bookbell.server.creator.CreatorStore;
import io.bookbell.server.http.BasePath;
import io.bookbell.server.inbox.EpochStore;
import io.bookbell.server.inbox.InboxStore;
import io.bookbell.server.quota.Period;
import io.bookbell.server.quota.QuotaService;
import io.bookbell.server.quota.SupporterService;
import io.bookbell.server.quota.TierService;
import io.bookbell.server.roles.RoleResolver;
import io.bookbell.server.storage.Transaction;
import io.bookbell.server.storage.setup.OpenDatabase;
import io.bookbell.server.team.AdminCache;
import io.bookbell.server.team.TeamService;
import java.util.ArrayList;
import java.util.List;

/** Creates creators with teams and supporters in an empty database, all of them with a session. */
final class People {
  static final int TEAM = 3;
  static final int SUPPORTERS = 100;

  private final AccountStore accountStore = new AccountStore();
  private final ActivityLog activityLog = new ActivityLog((_, _, _) -> {});
  private final CreatorStore creatorStore = new CreatorStore(BasePath.NONE);
  private final QuotaService quotaService = new QuotaService();
  private final RoleResolver roleResolver =
      new RoleResolver(creatorStore, new AdminCache(), quotaService);
  private final InboxStore inboxStore = new InboxStore(_ -> {});
  private final SessionStore sessionStore = new SessionStore((_, _) -> {});
  private final TierService tierService = new TierService(creatorStore, roleResolver, activityLog);
  private final SupporterService supporterService =
      new SupporterService(
          creatorStore, roleResolver, tierService, quotaService, activityLog, inboxStore);
  private final TeamService teamService =
      new TeamService(creatorStore, roleResolver, activityLog, inboxStore, (_, _, _, _, _) -> {});

  /** A user and the token of their session. */
  record Person(UserId id, String token) {}

  /** A creator, the admins including the creator, and the supporters. */
  record Circle(UserId creator, List<Person> admins, List<Person> supporters) {}

  private People() {}

  static List<Circle> lay(ServerConfig.StorageConfig storageConfig, int creators) {
    var people = new People();
    var circles = new ArrayList<Circle>();
    try (var data = OpenDatabase.forServing(storageConfig)) {
      for (int number = 0; number < creators; number++) {
        String name = "c" + number;
        circles.add(data.database().write(tx -> people.circle(tx, name)).join());
      }
    }
    return circles;
  }

  private Circle circle(Transaction tx, String name) {
    EpochStore.ensureInstallation(tx);
    Person creator = person(tx, name);
    creatorStore.create(tx, creator.id, name);
    var admins = new ArrayList<>(List.of(creator));
    for (int number = 0; number < TEAM; number++) {
      Person member = person(tx, name + "t" + number);
      teamService.addMember(tx, creator.id, creatorStore.lockCreator(tx, creator.id), member.id);
      admins.add(member);
    }
    var tierTerms = new TierService.TierTerms("All", 1_000_000, Period.NONE);
    long tier = tierService.create(tx, creator.id, creator.id, tierTerms).id();
    var askers = new ArrayList<Person>();
    for (int number = 0; number < SUPPORTERS; number++) {
      Person supporter = person(tx, name + "s" + number);
      supporterService.addSupporter(
          tx, creatorStore.lockCreator(tx, creator.id), supporter.id, tier);
      askers.add(supporter);
    }
    return new Circle(creator.id, admins, askers);
  }

  private Person person(Transaction tx, String name) {
    UserId id =
        accountStore.create(tx, new NewAccount(name + "@bench.test", name, "no"), false).id();
    return new Person(id, sessionStore.createSession(tx, id, SessionClient.UNKNOWN));
  }
}
