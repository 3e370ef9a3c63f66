package io.bookbell.server.account;

import static org.assertj.core.api.Assertions.assertThat;

import io.bookbell.hub.UserId;
import io.bookbell.server.DomainTest;
import io.bookbell.server.quota.Period;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Accounts, below HTTP. */
class AccountsTest extends DomainTest {

  @Test
  void anAddressHasOneAccountWhateverWasStoredLast() {
    UserId creator = domain.creator("mara");
    assertThat(domain.tier(creator, 1, Period.NONE))
        .as("the last id given out is that of an account, too")
        .isEqualTo(creator.value());
    refused("email_taken", () -> domain.account("mara"));
  }

  @Test
  void aSessionLivesOnWhileASocketOfItIsOpen() {
    UserId user = domain.account("mara");
    String open =
        SecretTokens.hashToken(
            domain.write(
                tx -> domain.features.sessions.createSession(tx, user, SessionClient.UNKNOWN)));
    String idle =
        SecretTokens.hashToken(
            domain.write(
                tx -> domain.features.sessions.createSession(tx, user, SessionClient.UNKNOWN)));
    assertThat(toBeKept(open)).isEmpty();

    domain.passes(Duration.ofDays(20));
    assertThat(toBeKept(open)).containsExactly(open);
    domain.write(tx -> domain.features.sessions.extendSessions(tx, List.of(open)));
    assertThat(toBeKept(open)).isEmpty();

    domain.passes(Duration.ofDays(20));
    domain.write(domain.features.sessions::endExpired);
    assertThat(isAlive(open)).isTrue();
    assertThat(isAlive(idle)).isFalse();
    domain.write(tx -> domain.features.sessions.extendSessions(tx, List.of(idle)));
    assertThat(isAlive(idle)).as("nothing revives what has ended").isFalse();
  }

  @Test
  void aSessionEndsAfter180DaysHoweverMuchItIsUsed() {
    UserId user = domain.account("mara");
    String open = hashOfNewSession(user);
    String used = hashOfNewSession(user);
    for (int day = 0; day < 179; day++) {
      domain.passes(Duration.ofDays(1));
      domain.write(tx -> domain.features.sessions.extendSessions(tx, List.of(open)));
      renewIfDue(used);
      domain.write(domain.features.sessions::endExpired);
    }
    assertThat(isAlive(open)).isTrue();
    assertThat(isAlive(used)).isTrue();
    assertThat(toBeKept(open)).as("it can't be extended any more").isEmpty();

    domain.passes(Duration.ofDays(1));
    domain.write(tx -> domain.features.sessions.extendSessions(tx, List.of(open)));
    renewIfDue(used);
    assertThat(isAlive(open)).isFalse();
    assertThat(isAlive(used)).isFalse();
  }

  private String hashOfNewSession(UserId user) {
    return SecretTokens.hashToken(
        domain.write(
            tx -> domain.features.sessions.createSession(tx, user, SessionClient.UNKNOWN)));
  }

  /** As a call with the session does. */
  private void renewIfDue(String hash) {
    domain.write(
        tx -> {
          SessionStore sessions = domain.features.sessions;
          var session = sessions.findByHash(tx, hash);
          session
              .flatMap(SessionStore.StoredSession::renewal)
              .ifPresent(life -> sessions.renewSession(tx, hash, life));
          return true;
        });
  }

  private List<String> toBeKept(String session) {
    return domain.read(tx -> domain.features.sessions.findExtendable(tx, List.of(session)));
  }

  private boolean isAlive(String session) {
    return domain.read(tx -> domain.features.sessions.findByHash(tx, session).isPresent());
  }
}
