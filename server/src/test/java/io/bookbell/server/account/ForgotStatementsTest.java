package io.bookbell.server.account;

import static org.assertj.core.api.Assertions.assertThat;

import io.bookbell.server.TestServer;
import io.bookbell.server.storage.sql.SqlListener;
import io.bookbell.server.support.TestDatabase;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests that asking for a link does the same work whether there is an account or not. */
class ForgotStatementsTest {
  @TempDir Path folder;

  private final List<String> sent = new CopyOnWriteArrayList<>();

  @Test
  void theDatabaseIsAskedTheSameForKnownAndUnknownAddresses() {
    SqlListener listener = together -> together.forEach(statement -> sent.add(statement.sql()));
    try (var server = TestServer.watched(TestDatabase.POSTGRESQL.create(folder), listener)) {
      String known = server.cast().supporter().email();

      List<String> ofNobody = ask(server, "nobody@home.test");
      List<String> ofSomebody = ask(server, known);

      assertThat(ofNobody).isNotEmpty();
      assertThat(ofSomebody).isEqualTo(ofNobody);
    }
  }

  /** What is asked about accounts and passwords; other work of the server goes on beside it. */
  private List<String> ask(TestServer server, String email) {
    sent.clear();
    server.client().post("/api/auth/forgot", Map.of("email", email)).expect(202);
    return sent.stream()
        .filter(
            sql ->
                sql.contains("email = ?")
                    || sql.contains("passwords_off")
                    || sql.contains("disabled_at FROM"))
        .toList();
  }
}
