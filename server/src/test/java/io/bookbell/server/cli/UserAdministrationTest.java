package io.bookbell.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.bookbell.server.Cast;
import io.bookbell.server.TestServer;
import io.bookbell.server.config.ServerConfig.StorageConfig;
import io.bookbell.server.config.ServerConfig.StorageConfig.PostgresConfig;
import io.bookbell.server.config.ServerConfig.StorageConfig.SqliteConfig;
import io.bookbell.server.storage.setup.OpenDatabase;
import io.bookbell.server.support.TestClient;
import io.bookbell.server.support.TestClient.Reply;
import io.bookbell.server.support.TestDatabase;
import io.bookbell.server.support.TestSocket;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** {@code bookbell user} beside a server that is running. */
class UserAdministrationTest {
  private static final int SESSION_ENDED = 4401;

  private static final Map<String, String> PROVIDER =
      Map.of("BOOKBELL_OIDC_ISSUER", "https://id.example", "BOOKBELL_OIDC_CLIENT_ID", "books");

  @TempDir Path folder;

  private static Map<String, String> settings(StorageConfig storageConfig) {
    return switch (storageConfig) {
      case SqliteConfig(Path data) -> Map.of("BOOKBELL_DATA", data.toString());
      case PostgresConfig(String url, String user, String password) ->
          Map.of(
              "BOOKBELL_DATABASE_URL",
              url.replaceFirst("^jdbc:", "").replaceFirst("\\?.*$", ""),
              "BOOKBELL_DATABASE_USER",
              user,
              "BOOKBELL_DATABASE_PASSWORD",
              password);
    };
  }

  private String run(StorageConfig storageConfig, int status, String... arguments) {
    return run(storageConfig, Map.of(), status, arguments);
  }

  private String run(
      StorageConfig storageConfig, Map<String, String> further, int status, String... arguments) {
    var settings = new HashMap<>(settings(storageConfig));
    settings.putAll(further);
    var said = new StringWriter();
    var out = new PrintWriter(said, true);
    var around = new CommandEnvironment(settings, folder, InputStream.nullInputStream(), out, out);
    assertThat(Main.run(around, arguments)).as(said.toString()).isEqualTo(status);
    return said.toString();
  }

  @ParameterizedTest
  @EnumSource
  void theOperatorManagesAccountsFromTheCommandLine(TestDatabase database) {
    StorageConfig storage = database.create(folder);
    try (var server = TestServer.demo(TestServer.config(storage))) {
      Cast cast = server.cast();
      String email = cast.supporter().email();
      try (TestSocket socket = cast.supporter().client().connect(cast.supporter().id())) {
        socket.await("initial_data");
        run(storage, 0, "user", "disable", email);
        assertThat(socket.awaitClosed()).isEqualTo(SESSION_ENDED);
      }
      assertThat(run(storage, 0, "user", "list")).contains(email, "disabled since");
      assertThat(run(storage, 1, "user", "reset", email)).contains("Enable it");
      run(storage, 0, "user", "enable", email);
      run(storage, 0, "user", "set-creator", email, "--name", "Night Shelf");
      TestClient again = server.client().signIn(email, TestServer.PASSWORD);
      assertThat(again.get("/api/me").body().at("/admin_of/0/creator_name").asText())
          .isEqualTo("Night Shelf");
      assertThat(run(storage, 1, "user", "set-creator", email)).contains("a creator already");

      run(storage, 0, "user", "unset-creator", email);
      assertThat(again.get("/api/me").body().get("admin_of")).isEmpty();
      assertThat(run(storage, 1, "user", "unset-creator", email)).contains("isn't a creator");
      assertThat(run(storage, 1, "user", "unset-creator", "creator@demo.test"))
          .contains("has supporters or a team");
      run(storage, 0, "user", "set-creator", email, "--name", "Night Shelf");
      assertThat(again.get("/api/me").body().at("/admin_of/0/creator_name").asText())
          .isEqualTo("Night Shelf");

      run(storage, 0, "user", "set-operator", email);
      again.get("/api/operator/accounts").expect(200);
      run(storage, 0, "user", "set-operator", email, "--off");
      again.get("/api/operator/accounts").expect(404);
      assertThat(run(storage, 1, "user", "disable", "nobody@cast.test"))
          .contains("There is no account");
    }
  }

  @ParameterizedTest
  @EnumSource
  void theOnlyCreatorWhoHasForgottenThePasswordGetsBackInWithoutMail(TestDatabase database) {
    StorageConfig storage = database.create(folder);
    try (var server = TestServer.demo(TestServer.config(storage))) {
      String email = "creator@demo.test";
      TestClient page = server.signIn("creator");
      var forgot = server.client().post("/api/auth/forgot", Map.of("email", email)).expect(202);
      assertThat(forgot.body().get("mail").asBoolean()).isFalse();
      assertThat(run(storage, 1, "user", "reset", "nobody@demo.test")).contains("no account");

      String replaced = tokenIn(run(storage, 0, "user", "reset", email));
      String token = tokenIn(run(storage, 0, "user", "reset", email.toUpperCase(Locale.ROOT)));
      page.get("/api/me").expect(200); // nothing has changed until the link is used
      reset(server, replaced).expect(404);
      try (TestSocket socket = page.connect(1)) {
        socket.await("initial_data");
        TestClient back = server.client().as(reset(server, token).expect(200));
        assertThat(back.get("/api/me").body().at("/admin_of/0/creator_id").asLong()).isEqualTo(1);
        assertThat(socket.awaitClosed()).isEqualTo(SESSION_ENDED);
      }
      reset(server, token).expect(404);
      server.client().signIn(email, "twelve red apples");
    }
  }

  private static void addPasskey(StorageConfig storageConfig) {
    try (var data = OpenDatabase.forConcurrentAccess(storageConfig)) {
      data.database()
          .write(
              tx ->
                  tx.update(
                      """
                      INSERT INTO passkey (user_id, name, credential_id, credential, sign_count,
                        created_at)
                      VALUES (1, 'Phone', 'id', 'data', 0, 1)"""))
          .join();
    }
  }

  private static String tokenIn(String printed) {
    return printed.lines().findFirst().orElseThrow().replaceFirst(".*/reset#", "");
  }

  private static Reply reset(TestServer server, String token) {
    var wanted = Map.of("token", token, "password", "twelve red apples");
    return server.client().post("/api/auth/reset", wanted);
  }

  @ParameterizedTest
  @EnumSource
  void theOnlyCreatorGetsBackInThoughPasswordsAreOff(TestDatabase database) {
    StorageConfig storage = database.create(folder);
    try (var server = TestServer.demo(TestServer.config(storage))) {
      assertThat(run(storage, 1, "user", "passwords", "off")).contains("BOOKBELL_OIDC_ISSUER");
      server.signIn("creator"); // passwords are still on
      addPasskey(storage);
      run(storage, PROVIDER, 0, "user", "passwords", "off");
      var login = Map.of("email", "creator@demo.test", "password", TestServer.PASSWORD);
      assertThat(server.client().post("/api/auth/login", login).expect(403).code())
          .isEqualTo("passwords_off");

      String link = run(storage, 0, "user", "reset", "creator@demo.test").lines().findFirst().get();
      var reset = Map.of("token", link.replaceFirst(".*#", ""), "password", "twelve red apples");
      TestClient back = server.client();
      back = back.as(back.post("/api/auth/reset", reset).expect(200));
      assertThat(back.userId()).isEqualTo(1);
      run(storage, 0, "user", "passwords", "on");
      server.client().signIn("creator@demo.test", "twelve red apples");
    }
  }
}
