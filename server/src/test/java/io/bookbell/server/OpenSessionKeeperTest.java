package io.bookbell.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.bookbell.hub.UserId;
import io.bookbell.server.account.ExternalSignIns;
import io.bookbell.server.account.SecretTokens;
import io.bookbell.server.account.SessionClient;
import io.bookbell.server.http.Caller;
import io.bookbell.server.http.KeyScope;
import io.bookbell.server.key.KeyStore.KeyTerms;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What a node does about the sessions of its open connections. */
class OpenSessionKeeperTest extends DomainTest {
  private final Map<String, UserId> open = new LinkedHashMap<>();
  private final Map<String, UserId> closed = new LinkedHashMap<>();

  /** As on a node that couldn't reach the database for so long that nothing records the end. */
  @Test
  void connectionsOfEndedSessionsAndKeysAreClosedThoughNothingRecordsTheEnd() {
    UserId user = domain.account("mara");
    String kept = newSession(user);
    String ended = newSession(user);
    String key = newKey(user, kept);
    String revoked = newKey(user, kept);
    open.put(ExternalSignIns.sessionOf(user), user);
    domain.write(
        tx -> {
          tx.update("DELETE FROM session WHERE token_hash = ?", ended);
          tx.update("DELETE FROM api_key WHERE token_hash = ?", revoked);
          return true;
        });

    run();
    assertThat(closed).containsExactlyInAnyOrderEntriesOf(Map.of(ended, user, revoked, user));
    assertThat(open).containsKeys(kept, key);
  }

  @Test
  void sessionsOfOpenConnectionsDoNotExpire() {
    UserId user = domain.account("mara");
    String session = newSession(user);
    for (int day = 0; day < 40; day++) {
      domain.passes(Duration.ofDays(1));
      run();
      domain.write(domain.features.sessions::endExpired);
    }

    boolean isAlive =
        domain.read(tx -> domain.features.sessions.findByHash(tx, session).isPresent());
    assertThat(isAlive).isTrue();
    assertThat(closed).isEmpty();
  }

  private void run() {
    new OpenSessionKeeper(
            domain.features.sessions,
            domain.features.keys,
            () -> open,
            (user, session) -> closed.put(session, user))
        .run(domain.database(), () -> false);
  }

  private String newSession(UserId user) {
    String token =
        domain.write(tx -> domain.features.sessions.createSession(tx, user, SessionClient.UNKNOWN));
    String hash = SecretTokens.hashToken(token);
    open.put(hash, user);
    return hash;
  }

  private String newKey(UserId user, String session) {
    var terms = new KeyTerms("Robot", Set.of(KeyScope.READ), Optional.empty());
    String secret =
        domain
            .write(tx -> domain.features.keys.create(tx, new Caller(user, session, false), terms))
            .secret();
    String hash = SecretTokens.hashToken(secret);
    open.put(hash, user);
    return hash;
  }
}
