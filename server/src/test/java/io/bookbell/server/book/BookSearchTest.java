package io.bookbell.server.book;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.bookbell.server.book.BookSearch.BookSearchResult;
import io.bookbell.server.book.BookSearch.CatalogueState;
import io.bookbell.server.config.ServerConfig.CatalogueConfig;
import io.bookbell.server.network.EnvironmentProxies;
import io.bookbell.server.support.StandInLibrary;
import io.bookbell.server.support.StandInLibrary.Mood;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Tests that the catalogue is called politely, and that Bookbell works while it is unavailable. */
class BookSearchTest {
  private final StandInLibrary library = new StandInLibrary();
  private Instant now = Instant.parse("2026-05-20T12:00:00Z");
  private OpenLibraryClient client;
  private BookSearch search;

  @BeforeEach
  void open() {
    client =
        new OpenLibraryClient(
            library.address(), Duration.ofMillis(400), new EnvironmentProxies(Map.of()));
    search =
        new BookSearch(
            Optional.of(client),
            Optional.of(library.address()),
            new ShownCovers(() -> now),
            () -> now);
  }

  @AfterEach
  void close() {
    client.close();
    library.close();
  }

  @Test
  void findsWhatTheDocumentedAnswerHolds() {
    Book book = find("left hand of darkness").items().getFirst();

    assertThat(book.title()).isEqualTo("The Left Hand of Darkness");
    assertThat(book.authors()).containsExactly("Ursula K. Le Guin");
    assertThat(book.firstYear()).isEqualTo(1969);
    assertThat(book.coverId()).isEqualTo(StandInLibrary.COVER);
    assertThat(book.isbns())
        .as("longest first, without the one whose last digit is wrong")
        .containsExactly("9780441478125", "0441478123");
    assertThat(library.agents()).containsExactly("Bookbell (ada@example.org)");
  }

  @Test
  void takesABookThatLacksMostThings() {
    Book book = find("emma").items().getFirst();

    assertThat(book.coverId()).isNull();
    assertThat(book.isbns()).isEmpty();
  }

  @Test
  void asksForAnIsbnAsSuch() {
    assertThat(find("978-0-441-47812-5").items()).hasSize(1);
    assertThat(library.searches()).containsExactly("isbn=9780441478125");
  }

  @Test
  void asksOnceForWhatManyWantAtOnceAndRemembersIt() {
    CompletableFuture<BookSearchResult> one = search.searchBooks("Emma").toCompletableFuture();
    CompletableFuture<BookSearchResult> other = search.searchBooks(" emma ").toCompletableFuture();

    assertThat(one.join()).isEqualTo(other.join());
    assertThat(find("EMMA").items()).hasSize(1);
    assertThat(library.searches()).hasSize(1);

    passes(Duration.ofHours(25));
    find("emma");
    assertThat(library.searches()).hasSize(2);
  }

  @Test
  void leavesTooFewCharactersAlone() {
    assertThat(find("em")).isEqualTo(new BookSearchResult(List.of(), CatalogueState.HERE));
    assertThat(library.searches()).isEmpty();
  }

  @Test
  void leavesABusyCatalogueAloneForAsLongAsItAsks() {
    library.is(Mood.TOO_BUSY);
    assertThat(find("emma").catalogue()).isEqualTo(CatalogueState.AWAY);

    library.is(Mood.WELL);
    passes(Duration.ofSeconds(59));
    assertThat(find("emma").catalogue()).isEqualTo(CatalogueState.AWAY);
    assertThat(library.searches()).hasSize(1);

    passes(Duration.ofSeconds(1));
    assertThat(find("emma").catalogue()).isEqualTo(CatalogueState.HERE);
  }

  @Test
  void waitsLongerAfterEachFailureInARow() {
    library.is(Mood.GARBAGE);
    find("emma");
    passes(Duration.ofSeconds(10));
    find("emma");
    passes(Duration.ofSeconds(10));
    find("emma");
    assertThat(library.searches()).as("the second pause is longer").hasSize(2);
    passes(Duration.ofSeconds(10));
    find("emma");
    assertThat(library.searches()).hasSize(3);
  }

  @Test
  void doesNotWaitForOneThatIsSilentOrGone() {
    library.is(Mood.SILENT);
    assertThat(find("emma").catalogue()).isEqualTo(CatalogueState.AWAY);

    library.close();
    passes(Duration.ofMinutes(1));
    assertThat(find("emma").catalogue()).isEqualTo(CatalogueState.AWAY);
  }

  @Test
  void searchesAreThrottled() {
    var callThrottle = new CallThrottle(() -> now, Duration.ofSeconds(1), Duration.ofSeconds(2));

    assertThat(callThrottle.reserveTurn()).contains(Duration.ZERO);
    assertThat(callThrottle.reserveTurn()).contains(Duration.ofSeconds(1));
    assertThat(callThrottle.reserveTurn()).contains(Duration.ofSeconds(2));
    assertThat(callThrottle.reserveTurn()).as("nobody waits that long").isEmpty();
    passes(Duration.ofSeconds(5));
    assertThat(callThrottle.reserveTurn()).contains(Duration.ZERO);
  }

  @Test
  void aClockThatIsSetBackDoesNotProlongPauses() {
    var callThrottle = new CallThrottle(() -> now, Duration.ofSeconds(1), Duration.ofSeconds(2));
    callThrottle.reserveTurn();
    library.is(Mood.GARBAGE);
    find("emma");

    library.is(Mood.WELL);
    passes(Duration.ofHours(-3));
    assertThat(callThrottle.reserveTurn()).contains(Duration.ZERO);
    assertThat(callThrottle.reserveTurn()).contains(Duration.ofSeconds(1));
    assertThat(find("emma").catalogue()).isEqualTo(CatalogueState.HERE);
  }

  /** The names of covers' servers can't be resolved where only a proxy gets out. */
  @Test
  void followsRedirectsToNamesThatOnlyTheProxyKnows() throws Exception {
    HttpServer proxy =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    proxy.createContext("/b/id/", exchange -> redirect(exchange, "http://covers.invalid/a.jpg"));
    proxy.createContext("/b/id/2-M.jpg", exchange -> redirect(exchange, "http://10.0.0.1/a.jpg"));
    proxy.createContext(
        "/a.jpg",
        exchange -> {
          exchange.sendResponseHeaders(404, -1);
          exchange.close();
        });
    proxy.start();
    var proxies =
        new EnvironmentProxies(
            Map.of("HTTP_PROXY", "http://127.0.0.1:" + proxy.getAddress().getPort()));
    var address = new CatalogueConfig("http://books.invalid", Optional.empty());
    try (var outside = new OpenLibraryClient(address, Duration.ofSeconds(20), proxies)) {
      assertThat(outside.fetchCover(1).join()).isEmpty();
      assertThatThrownBy(outside.fetchCover(2)::join)
          .hasMessageContaining("it redirects to where it may not");
    } finally {
      proxy.stop(0);
    }
  }

  private static void redirect(HttpExchange exchange, String location) throws IOException {
    exchange.getResponseHeaders().add("Location", location);
    exchange.sendResponseHeaders(302, -1);
    exchange.close();
  }

  @Test
  void aFullCacheForgetsWhatWasUnusedForLongest() {
    var cache = new BoundedCache<String, String>(() -> now, Duration.ofDays(1), 10, String::length);
    cache.put("a", "12345");
    cache.put("b", "12345");
    cache.get("a");
    cache.put("c", "12345");

    assertThat(cache.get("a")).isPresent();
    assertThat(cache.get("b")).as("asked for the longest ago").isEmpty();
  }

  private void passes(Duration time) {
    now = now.plus(time);
  }

  private BookSearchResult find(String text) {
    return search.searchBooks(text).toCompletableFuture().join();
  }
}
