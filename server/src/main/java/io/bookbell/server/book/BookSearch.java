package io.bookbell.server.book;

import com.fasterxml.jackson.annotation.JsonValue;
import io.bookbell.server.config.ServerConfig;
import io.bookbell.server.text.CaseFolding;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Searches a third-party book catalogue. Results are cached per search text, concurrent searches
 * for the same text share one call, calls are throttled to the rate that the catalogue asks for,
 * and a circuit breaker pauses them after a failure. It never blocks, and its futures never fail:
 * the result says when the catalogue is unavailable. Thread-safe.
 */
public final class BookSearch {
  private static final int MIN_LENGTH = 3;
  private static final int REMEMBERED = 1000;
  private static final Duration RETENTION = Duration.ofHours(24);
  private static final Duration MAX_WAIT = Duration.ofSeconds(3);

  private final @Nullable OpenLibraryClient library;
  private final CircuitBreaker circuitBreaker;
  private final CallThrottle callThrottle;
  private final ShownCovers shown;
  private final BoundedCache<String, List<Book>> known;
  private final ConcurrentHashMap<String, CompletableFuture<BookSearchResult>> underWay =
      new ConcurrentHashMap<>();

  /**
   * Creates the service.
   *
   * @param library empty if no catalogue is configured
   * @param shown records the covers of the books found
   */
  public BookSearch(
      Optional<OpenLibraryClient> library,
      Optional<ServerConfig.CatalogueConfig> address,
      ShownCovers shown,
      InstantSource clock) {
    this.library = library.orElse(null);
    this.shown = shown;
    this.circuitBreaker = new CircuitBreaker(clock);
    this.callThrottle =
        new CallThrottle(
            clock,
            address.map(ServerConfig.CatalogueConfig::searchInterval).orElse(Duration.ZERO),
            MAX_WAIT);
    this.known = new BoundedCache<>(clock, RETENTION, REMEMBERED, books -> 1);
  }

  /**
   * Whether the catalogue is available ({@code HERE}), unavailable for now ({@code AWAY}) or not
   * configured ({@code OFF}).
   */
  public enum CatalogueState {
    HERE,
    AWAY,
    OFF;

    @JsonValue
    public String wireName() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** Matching books, best first; empty unless the catalogue is {@code HERE}. */
  public record BookSearchResult(List<Book> items, CatalogueState catalogue) {
    private static BookSearchResult emptyResult(CatalogueState catalogue) {
      return new BookSearchResult(List.of(), catalogue);
    }
  }

  /** Finds books that match a text, which may be an ISBN. */
  public CompletionStage<BookSearchResult> searchBooks(String text) {
    return findOrFetch(text)
        .thenApply(
            bookSearchResult -> {
              shown.recordShown(bookSearchResult.items);
              return bookSearchResult;
            });
  }

  private CompletionStage<BookSearchResult> findOrFetch(String text) {
    String wanted = CaseFolding.foldCase(text.strip()).replaceAll("[\\s\\p{Z}]+", " ");
    if (library == null) {
      return completedStage(BookSearchResult.emptyResult(CatalogueState.OFF));
    }
    if (wanted.length() < MIN_LENGTH) {
      return completedStage(BookSearchResult.emptyResult(CatalogueState.HERE));
    }
    Optional<List<Book>> remembered = known.get(wanted);
    return remembered.isPresent()
        ? completedStage(new BookSearchResult(remembered.get(), CatalogueState.HERE))
        : fetchOnce(library, wanted);
  }

  private CompletionStage<BookSearchResult> fetchOnce(OpenLibraryClient catalogue, String text) {
    var mine = new CompletableFuture<BookSearchResult>();
    CompletableFuture<BookSearchResult> others = underWay.putIfAbsent(text, mine);
    if (others != null) {
      return others;
    }
    var _ =
        fetchPaced(catalogue, text)
            .whenComplete(
                (bookSearchResult, failure) -> {
                  underWay.remove(text);
                  mine.complete(
                      failure == null
                          ? bookSearchResult
                          : BookSearchResult.emptyResult(CatalogueState.AWAY));
                });
    return mine;
  }

  private CompletableFuture<BookSearchResult> fetchPaced(OpenLibraryClient catalogue, String text) {
    Optional<Duration> turn =
        circuitBreaker.isOpen() ? Optional.empty() : callThrottle.reserveTurn();
    return turn.map(wait -> RemoteCalls.callAfter(wait, () -> fetchNow(catalogue, text)))
        .orElseGet(
            () ->
                CompletableFuture.completedFuture(
                    BookSearchResult.emptyResult(CatalogueState.AWAY)));
  }

  private CompletableFuture<BookSearchResult> fetchNow(OpenLibraryClient catalogue, String text) {
    if (circuitBreaker.isOpen()) {
      return CompletableFuture.completedFuture(BookSearchResult.emptyResult(CatalogueState.AWAY));
    }
    return RemoteCalls.callWithCircuit(
            circuitBreaker, "book catalogue", () -> catalogue.searchBooks(text))
        .thenApply(
            books -> {
              known.put(text, books);
              return new BookSearchResult(books, CatalogueState.HERE);
            });
  }

  private static CompletionStage<BookSearchResult> completedStage(
      BookSearchResult bookSearchResult) {
    return CompletableFuture.completedFuture(bookSearchResult);
  }
}
