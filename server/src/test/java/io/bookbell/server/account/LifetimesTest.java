package io.bookbell.server.account;

import static org.assertj.core.api.Assertions.assertThat;

import io.bookbell.hub.UserId;
import io.bookbell.server.DomainTest;
import io.bookbell.server.http.Caller;
import io.bookbell.server.http.IdempotencyService;
import io.bookbell.server.storage.Transaction;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How long tickets, idempotency keys and sessions live, by a clock that only the test advances. */
class LifetimesTest extends DomainTest {
  private static final Duration MOMENT = Duration.ofMillis(1);

  private UserId user;
  private String session;

  @BeforeEach
  void signIn() {
    user = domain.account("ada");
    String token =
        domain.write(tx -> domain.features.sessions.createSession(tx, user, SessionClient.UNKNOWN));
    session = SecretTokens.hashToken(token);
  }

  private String ticket() {
    return domain.write(
        tx -> domain.features.tickets.issueTicket(tx, new Caller(user, session, false)).ticket());
  }

  private Optional<String> redeem(String ticket) {
    return domain.write(tx -> domain.features.tickets.redeemTicket(tx, ticket));
  }

  @Test
  void aTicketIsGoodOnceWithin30Seconds() {
    String early = ticket();
    String late = ticket();
    domain.passes(Duration.ofSeconds(30).minus(MOMENT));
    assertThat(redeem(early)).contains(session);
    assertThat(redeem(early)).isEmpty();

    domain.passes(MOMENT);

    assertThat(domain.<Boolean>read(tx -> domain.features.tickets.isValid(tx, late))).isFalse();
    assertThat(redeem(late)).isEmpty();
  }

  @Test
  void anIdempotencyKeyIsKeptFor48Hours() {
    domain.write(
        tx ->
            tx.update(
                """
                INSERT INTO idempotency_key
                  (user_id, idempotency_key, route, body_hash, created_at)
                VALUES (?, ?, ?, ?, ?)""",
                user,
                "once",
                "POST /somewhere",
                "hash",
                tx.now()));
    domain.passes(Duration.ofDays(2));
    domain.write(IdempotencyService::deleteExpired);
    assertThat(keys()).containsExactly("once");

    domain.passes(MOMENT);
    domain.write(IdempotencyService::deleteExpired);

    assertThat(keys()).isEmpty();
  }

  private List<String> keys() {
    return domain.read(
        tx ->
            tx.query("SELECT idempotency_key FROM idempotency_key WHERE user_id = ?", user)
                .list(row -> row.getString("idempotency_key")));
  }

  @Test
  void aSessionEnds30DaysAfterItsLastRenewalAndIsThenAnnouncedAsEnded() {
    domain.passes(SessionStore.LIFETIME.minus(MOMENT));
    assertThat(isAlive()).isTrue();
    domain.write(tx -> endExpired(tx));
    assertThat(isAlive()).isTrue();

    domain.passes(MOMENT);

    assertThat(isAlive()).isFalse();
    assertThat(SessionStore.LIFETIME).isEqualTo(Duration.ofDays(30));
    domain.write(tx -> endExpired(tx));
    assertThat(
            domain.<Integer>read(
                tx ->
                    tx.query(
                            "SELECT count(*) AS n FROM ended_session WHERE token_hash = ?", session)
                        .single(row -> row.getInt("n"))))
        .isEqualTo(1);
  }

  @Test
  void aSessionThatIsUsedEndsAfter180DaysAllTheSame() {
    for (int day = 1; day < 180; day++) {
      domain.passes(Duration.ofDays(1));
      domain.write(
          tx -> {
            var found = domain.features.sessions.findByHash(tx, session).orElseThrow();
            found
                .renewal()
                .ifPresent(life -> domain.features.sessions.renewSession(tx, session, life));
            return true;
          });
    }
    domain.passes(Duration.ofDays(1).minus(MOMENT));
    assertThat(isAlive()).isTrue();

    domain.passes(MOMENT);

    assertThat(isAlive()).isFalse();
  }

  private boolean endExpired(Transaction tx) {
    domain.features.sessions.endExpired(tx);
    return true;
  }

  private boolean isAlive() {
    return domain.read(tx -> domain.features.sessions.findByHash(tx, session).isPresent());
  }
}
