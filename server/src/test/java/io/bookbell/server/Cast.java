package io.bookbell.server;

import io.bookbell.hub.UserId;
import io.bookbell.server.account.AccountStore.NewAccount;
import io.bookbell.server.account.SessionClient;
import io.bookbell.server.invitation.InvitationService;
import io.bookbell.server.quota.Period;
import io.bookbell.server.quota.TierService;
import io.bookbell.server.storage.Transaction;
import io.bookbell.server.support.TestClient;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The people of one test on a shared server: a creator with a team member and two supporters who
 * may make three requests each, and a stranger who is another creator.
 */
public record Cast(
    Person creator, Person team, Person supporter, Person other, Person stranger, long tier) {
  private static final AtomicInteger COUNT = new AtomicInteger();
  private static final int ALLOWED = 3;

  /** Somebody who is signed in. */
  public record Person(long id, String email, TestClient client) {
    /** Requests a book from a creator. Returns the request's id. */
    public long ask(Person creator, String title) {
      var wanted = Map.of("creator_id", creator.id, "title", title, "author", "Somebody");
      return client.post("/api/book-requests", wanted).expect(201).body().get("id").asLong();
    }
  }

  static Cast on(TestServer server, String passwordHash) {
    var maker = new Maker(server, passwordHash, COUNT.incrementAndGet());
    return server.database().write(maker::cast).join();
  }

  private record Maker(TestServer server, String passwordHash, int number, Services features) {
    Maker(TestServer server, String passwordHash, int number) {
      this(server, passwordHash, number, new Services(Services.ClientNotifier.noOp()));
    }

    Cast cast(Transaction tx) {
      Person creator = creator(tx, "creator");
      Person stranger = creator(tx, "stranger");
      UserId id = new UserId(creator.id);
      var tierTerms = new TierService.TierTerms("Patron", ALLOWED, Period.NONE);
      long tier = features.tiers.create(tx, id, id, tierTerms).id();
      Person team = person(tx, "team");
      join(tx, id, team, null);
      Person supporter = person(tx, "supporter");
      join(tx, id, supporter, tier);
      Person other = person(tx, "other");
      join(tx, id, other, tier);
      return new Cast(creator, team, supporter, other, stranger, tier);
    }

    private void join(Transaction tx, UserId creator, Person person, Long tier) {
      var invitationTerms =
          new InvitationService.InvitationTerms(
              creator, tier == null ? "team" : "supporter", tier, 1, tx.now().plusSeconds(3600));
      String token = features.invitations.create(tx, creator, invitationTerms).token();
      features.invitations.acceptInvitation(tx, new UserId(person.id), token);
    }

    private Person creator(Transaction tx, String name) {
      Person person = person(tx, name);
      features.creators.create(tx, new UserId(person.id), name + " " + number);
      return person;
    }

    private Person person(Transaction tx, String name) {
      String email = name + number + "@cast.test";
      var account = features.accounts.create(tx, new NewAccount(email, name, passwordHash), false);
      String token = features.sessions.createSession(tx, account.id(), SessionClient.UNKNOWN);
      return new Person(
          account.id().value(), email, new TestClient(server.url(), Optional.of(token)));
    }
  }
}
