package io.bookbell.server.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bookbell.hub.UserId;
import io.bookbell.server.Services;
import io.bookbell.server.TestServer;
import io.bookbell.server.account.SessionAuthenticator;
import io.bookbell.server.config.ExternalSignInConfig;
import io.bookbell.server.external.ExternalAuthenticator;
import io.bookbell.server.key.CallerAuthenticator;
import io.bookbell.server.network.EnvironmentProxies;
import io.bookbell.server.storage.Transaction;
import io.bookbell.server.support.TestDatabase;
import io.vertx.core.Vertx;
import io.vertx.ext.web.Router;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A download is allowed as long as the caller's session or key is. */
class FileDownloadTest {
  private static final String PATH = "/api/activity.csv";
  private static final int PARTS = 3;

  private final Vertx vertx = Vertx.vertx();
  private final AtomicInteger partsRead = new AtomicInteger();
  private TestServer server;
  private UserId user;
  private String key;

  @BeforeEach
  void start(@TempDir Path folder) {
    server = TestServer.with(TestServer.config(TestDatabase.SQLITE.create(folder)));
    user = new UserId(server.cast().supporter().id());
    key = server.withKey(user.value(), KeyScope.READ).token().orElseThrow();
  }

  @AfterEach
  void stop() throws Exception {
    vertx.close().await(10, TimeUnit.SECONDS);
    server.close();
  }

  @Test
  void aDownloadWithAValidKeyIsComplete() throws Exception {
    assertThat(download(new PartFile(() -> {}))).isEqualTo("part 1, part 2, part 3, ");
  }

  @Test
  void aDownloadEndsWhenItsKeyIsRevoked() {
    assertThatThrownBy(() -> download(new PartFile(this::revokeKeys)))
        .isInstanceOf(IOException.class);
    assertThat(partsRead).hasValue(1);
  }

  private void revokeKeys() {
    var services = new Services(Services.ClientNotifier.noOp());
    server
        .database()
        .write(
            tx -> {
              services.keys.revokeAll(tx, user);
              return true;
            })
        .join();
  }

  private String download(StreamedFile<Integer> file) throws Exception {
    var services = new Services(Services.ClientNotifier.noOp());
    RateLimits rateLimits = RateLimits.withoutLimits();
    var callerCache = new CallerCache(InstantSource.system());
    var sessions =
        new SessionAuthenticator(
            server.database(), services.sessions, services.tickets, callerCache);
    var external =
        new ExternalAuthenticator(
            server.database(),
            services.accounts,
            ExternalSignInConfig.NONE,
            new EnvironmentProxies(Map.of()),
            InstantSource.system());
    var proxies = new TrustedProxies(List.of());
    var cookies = ServerCookies.of(Optional.empty(), Optional.empty());
    Router router = Router.router(vertx);
    new ApiRouter(
            router,
            server.database(),
            new CallerAuthenticator(
                sessions, server.database(), services.keys, external, rateLimits, callerCache),
            new OriginPolicy(Optional.empty(), List.of(), proxies),
            cookies,
            new CredentialReader(cookies, CredentialReader.ExternalCredentials.NONE, proxies),
            rateLimits)
        .getFile(PATH, _ -> file);
    int port =
        vertx
            .createHttpServer()
            .requestHandler(router)
            .listen(0, "127.0.0.1")
            .await(10, TimeUnit.SECONDS)
            .actualPort();
    try (HttpClient client = HttpClient.newHttpClient()) {
      var request =
          HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + PATH))
              .header("Authorization", "Bearer " + key)
              .build();
      return client.send(request, BodyHandlers.ofString()).body();
    }
  }

  private final class PartFile implements StreamedFile<Integer> {
    private final Runnable afterFirst;

    PartFile(Runnable afterFirst) {
      this.afterFirst = afterFirst;
    }

    @Override
    public String fileName() {
      return "parts.txt";
    }

    @Override
    public String contentType() {
      return "text/plain";
    }

    @Override
    public FilePart<Integer> read(Transaction tx, Caller caller, Optional<Integer> from) {
      partsRead.incrementAndGet();
      int part = from.orElse(1);
      if (part == 1) {
        afterFirst.run();
      }
      Optional<Integer> next = part < PARTS ? Optional.of(part + 1) : Optional.empty();
      return new FilePart<>("part " + part + ", ", next);
    }
  }
}
