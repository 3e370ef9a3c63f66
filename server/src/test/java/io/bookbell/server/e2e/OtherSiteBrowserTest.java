package io.bookbell.server.e2e;

import static org.awaitility.Awaitility.await;

import io.bookbell.server.TestServer;
import io.bookbell.server.config.ExternalSignInConfig;
import io.bookbell.server.config.ServerConfig;
import io.bookbell.server.config.ServerConfig.PublicAccessConfig;
import io.bookbell.server.config.SiteTokenConfig;
import io.bookbell.server.config.SiteTokenConfig.TokenKey;
import io.bookbell.server.external.SiteTokens;
import io.bookbell.server.network.WebOrigin;
import io.bookbell.server.support.FreePort;
import io.bookbell.server.support.ReplacedSystem;
import io.bookbell.server.support.TestDatabase;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import redis.embedded.RedisServer;

/** A page of the replaced system, from its own origin and with its own cookie, uses Bookbell. */
class OtherSiteBrowserTest {
  private static final String SECRET = "the secret with which the replaced system signs its tokens";

  /** What a page of the replaced system does, with the addresses of Bookbell. */
  private static final String PAGE =
      """
      <!doctype html><title>Old site</title><ul id="list"></ul><p id="name"></p><p id="pong"></p>
      <p id="counts"></p>
      <script>
        const bookbell = '$BOOKBELL';
        const counts = {};
        const socket = new WebSocket(bookbell.replace('http', 'ws') + '/api/book-requests/ws?user_id=101');
        socket.onopen = () => socket.send('ping');
        socket.onmessage = ({data}) => {
          if (data === 'pong') return void (document.querySelector('#pong').textContent = data);
          const message = JSON.parse(data);
          if (message.type === 'initial_data') start();
          if (message.type === 'book_request_update') {
            const {book_request: request, action} = message;
            const item = document.createElement('li');
            item.textContent = [action, request.title, request.replies.length].join(' ');
            document.querySelector('#list').append(item);
          }
          if (message.type === 'quota_update') {
            counts[message.quota.creator_id] = message.quota.used;
            document.querySelector('#counts').textContent = JSON.stringify(counts);
          }
        };
        async function call(method, path, body) {
          const headers = body ? {'Content-Type': 'application/json', 'Idempotency-Key': path} : {};
          const response = await fetch(bookbell + path, {method, headers, body, credentials: 'include'});
          return response.json();
        }
        async function start() {
          const me = await call('GET', '/api/me');
          document.querySelector('#name').textContent = me.user.id;
          const book = {creator_id: 1, title: 'Kindred', author: 'Octavia E. Butler'};
          await call('POST', '/api/book-requests', JSON.stringify(book));
        }
      </script>""";

  /** What a page of the replaced system does for a creator. */
  private static final String TEAM_PAGE =
      """
      <!doctype html><title>Old site</title><p id="first"></p><p id="counts"></p><p id="answered"></p>
      <p id="refused"></p>
      <script>
        const bookbell = '$BOOKBELL';
        const counts = {};
        const show = (id, value) => document.querySelector(id).textContent = JSON.stringify(value);
        const socket = new WebSocket(bookbell.replace('http', 'ws') + '/api/book-requests/ws?user_id=' + '1');
        socket.onmessage = ({data}) => {
          const message = JSON.parse(data);
          if (message.type === 'initial_data') {
            const complete = message.book_requests.every(request => Array.isArray(request.replies));
            show('#first', [complete, message.book_requests.length, typeof message.pending_count['1']]);
            answer(message.book_requests.find(request => request.status === 'pending').id);
          }
          if (message.type === 'pending_count_update') {
            counts[message.creator_id] = message.pending_count;
            show('#counts', counts);
          }
          if (message.type === 'book_request_update' && message.action === 'status_changed') {
            const {status, response, replies} = message.book_request;
            show('#answered', [status, response, replies.length]);
          }
        };
        const post = (path, body) => fetch(bookbell + path, {
          method: 'POST', credentials: 'include', headers: {'Content-Type': 'application/json'}, body: JSON.stringify(body)});
        async function answer(id) {
          const path = '/api/book-requests/' + id + '/respond';
          await post(path, {status: 'approved', response: 'On its way'});
          const again = await post(path, {status: 'approved'});
          const problem = await again.json();
          show('#refused', [again.status, again.headers.get('Content-Type'), problem.code, problem.status, typeof problem.detail]);
        }
      </script>""";

  @RegisterExtension static final Browsers browsers = new Browsers();

  @TempDir Path folder;
  private RedisServer redis;
  private ReplacedSystem old;
  private TestServer server;

  @BeforeEach
  void start() throws IOException {
    int port = FreePort.next();
    redis = new RedisServer(port);
    redis.start();
    URI address = URI.create("redis://127.0.0.1:" + port);
    old = new ReplacedSystem("jdbc:postgresql://no.database/is.used", address);
    var tokens =
        new SiteTokenConfig(
            new TokenKey.SharedSecret(SECRET),
            Optional.of(SiteTokens.ISSUER),
            Optional.empty(),
            "sub",
            Optional.of("access_token"));
    server =
        TestServer.demo(
            TestServer.config(TestDatabase.POSTGRESQL.create(folder))
                .withReach(
                    new PublicAccessConfig(
                        Optional.empty(),
                        List.of(WebOrigin.parse(old.url()).orElseThrow()),
                        List.of(),
                        Optional.empty()))
                .withRedis(
                    new ServerConfig.RedisConfig(
                        address,
                        Optional.of(ReplacedSystem.CHANNEL),
                        ServerConfig.RedisConfig.PREFIX))
                .withExternal(new ExternalSignInConfig(Optional.of(tokens), Optional.empty())));
    await()
        .until(
            () ->
                server
                    .client()
                    .get("/metrics")
                    .raw()
                    .body()
                    .contains("bookbell_legacy_connected 1"));
  }

  @AfterEach
  void stop() throws IOException {
    server.close();
    old.close();
    redis.stop();
  }

  @Test
  void thePageOfAnotherSiteConnectsActsAndSeesTheMessagesOfBothSystems() {
    String token = new SiteTokens(SECRET).of(101, 600);
    old.setPage(PAGE.replace("$BOOKBELL", server.url()), token);
    Browser browser = browsers.of("reader").visit(old.url());

    awaitText(browser, "#pong", "pong");
    awaitText(browser, "#name", "101");
    awaitText(browser, "#list", "created Kindred 0");
    old.broadcast(
        Map.of(
            "type",
            "book_request_update",
            "action",
            "created",
            "book_request",
            Map.of("id", 987_654, "creator_id", 1, "user_id", 101, "title", "From there")),
        Set.of("101"));
    old.broadcast(
        Map.of("type", "quota_update", "quota", Map.of("creator_id", 1, "allowed", 9, "used", 8)),
        Set.of("101"));
    awaitText(browser, "#list", "created From there 0");
    awaitText(browser, "#counts", "\"1\":8");
  }

  @Test
  void aCreatorsPageAnswersAndCountsUnderTheRightCreator() {
    var site = new SiteTokens(SECRET);
    old.setPage(TEAM_PAGE.replace("$BOOKBELL", server.url()), site.of(1, 600));
    Browser browser = browsers.of("creator").visit(old.url()).expectErrors("409 (Conflict)");

    awaitText(browser, "#first", "[true,50,\"number\"]");
    awaitText(browser, "#answered", "[\"approved\",\"On its way\",0]");
    awaitText(
        browser,
        "#refused",
        "[409,\"application/problem+json\",\"invalid_transition\",409,\"string\"]");
    old.broadcast(
        Map.of("type", "pending_count_update", "pending_count", 4321), Set.of("1", "10", "11"));
    awaitText(browser, "#counts", "{\"1\":4321}");
  }

  private static void awaitText(Browser browser, String selector, String text) {
    browser.await(
        "the text “" + text + "” in " + selector,
        () ->
            String.valueOf(
                    browser.run(
                        "return document.querySelector(arguments[0]).textContent", selector))
                .contains(text));
  }
}
