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
 * Searches for books in a catalogue that belongs to others: each text is asked for once and then
 * remembered, calls keep the pace that the catalogue asks for, and after a failure it is left
 * alone. Never fails and never blocks; whoever asks is told when the catalogue is away.
 * Thread-safe.
 */
public final class BookSearch {
  private static final int LEAST = 3;
  private static final int REMEMBERED = 1000;
  private static final Duration KEPT = Duration.ofHours(24);
  private static final Duration LONGEST_WAIT = Duration.ofSeconds(3);

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
   * @param library empty: there is no catalogue
   * @param shown is told of what is found
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
            address.map(ServerConfig.CatalogueConfig::apart).orElse(Duration.ZERO),
            LONGEST_WAIT);
    this.known = new BoundedCache<>(clock, KEPT, REMEMBERED, books -> 1);
  }

  /** Whether the catalogue can be asked. */
  public enum CatalogueState {
    HERE,
    AWAY,
    OFF;

    @JsonValue
    public String wireName() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** Books that fit, the best first; none while the catalogue cannot be asked. */
  public record BookSearchResult(List<Book> items, CatalogueState catalogue) {
    private static BookSearchResult nothing(CatalogueState catalogue) {
      return new BookSearchResult(List.of(), catalogue);
    }
  }

  /** Books that fit a text, which may be an ISBN. */
  public CompletionStage<BookSearchResult> find(String text) {
    return look(text)
        .thenApply(
            bookSearchResult -> {
              shown.note(bookSearchResult.items);
              return bookSearchResult;
            });
  }

  private CompletionStage<BookSearchResult> look(String text) {
    String wanted = CaseFolding.fold(text.strip()).replaceAll("[\\s\\p{Z}]+", " ");
    if (library == null) {
      return done(BookSearchResult.nothing(CatalogueState.OFF));
    }
    if (wanted.length() < LEAST) {
      return done(BookSearchResult.nothing(CatalogueState.HERE));
    }
    Optional<List<Book>> remembered = known.get(wanted);
    return remembered.isPresent()
        ? done(new BookSearchResult(remembered.get(), CatalogueState.HERE))
        : askOnce(library, wanted);
  }

  private CompletionStage<BookSearchResult> askOnce(OpenLibraryClient catalogue, String text) {
    var mine = new CompletableFuture<BookSearchResult>();
    CompletableFuture<BookSearchResult> others = underWay.putIfAbsent(text, mine);
    if (others != null) {
      return others;
    }
    var _ =
        ask(catalogue, text)
            .whenComplete(
                (bookSearchResult, failure) -> {
                  underWay.remove(text);
                  mine.complete(
                      failure == null
                          ? bookSearchResult
                          : BookSearchResult.nothing(CatalogueState.AWAY));
                });
    return mine;
  }

  private CompletableFuture<BookSearchResult> ask(OpenLibraryClient catalogue, String text) {
    Optional<Duration> turn = circuitBreaker.isOpen() ? Optional.empty() : callThrottle.turn();
    return turn.map(wait -> RemoteCalls.after(wait, () -> askNow(catalogue, text)))
        .orElseGet(
            () -> CompletableFuture.completedFuture(BookSearchResult.nothing(CatalogueState.AWAY)));
  }

  private CompletableFuture<BookSearchResult> askNow(OpenLibraryClient catalogue, String text) {
    if (circuitBreaker.isOpen()) {
      return CompletableFuture.completedFuture(BookSearchResult.nothing(CatalogueState.AWAY));
    }
    return RemoteCalls.watched(circuitBreaker, "book catalogue", () -> catalogue.search(text))
        .thenApply(
            books -> {
              known.put(text, books);
              return new BookSearchResult(books, CatalogueState.HERE);
            });
  }

  private static CompletionStage<BookSearchResult> done(BookSearchResult bookSearchResult) {
    return CompletableFuture.completedFuture(bookSearchResult);
  }
}
