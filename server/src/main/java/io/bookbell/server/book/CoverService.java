package io.bookbell.server.book;

import io.bookbell.server.http.Problem;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Fetches covers on behalf of browsers, so that the third-party server doesn't learn who looks at
 * them. Caches some in memory, including the fact that a cover doesn't exist; browsers cache covers
 * indefinitely. Never blocks. Thread-safe.
 */
public final class CoverService {
  private static final int REMEMBERED_BYTES = 8 << 20;
  private static final int WEIGHT_OF_NONE = 200;
  private static final Duration RETENTION = Duration.ofDays(7);
  private static final Duration APART = Duration.ofMillis(50);
  private static final Duration MAX_WAIT = Duration.ofSeconds(5);

  private final @Nullable OpenLibraryClient library;
  private final CircuitBreaker circuitBreaker;
  private final CallThrottle callThrottle;
  private final ShownCovers shown;
  private final IntFunction<CompletionStage<Boolean>> isAskedFor;
  private final BoundedCache<Integer, Optional<CoverImage>> known;
  private final ConcurrentHashMap<Integer, CompletableFuture<Optional<CoverImage>>> underWay =
      new ConcurrentHashMap<>();

  /**
   * Creates the service.
   *
   * @param library empty if no catalogue is configured
   * @param shown the covers that searches have shown
   * @param isAskedFor whether a stored request has a cover
   */
  public CoverService(
      Optional<OpenLibraryClient> library,
      ShownCovers shown,
      IntFunction<CompletionStage<Boolean>> isAskedFor,
      InstantSource clock) {
    this.shown = shown;
    this.isAskedFor = isAskedFor;
    this.library = library.orElse(null);
    this.circuitBreaker = new CircuitBreaker(clock);
    this.callThrottle = new CallThrottle(clock, APART, MAX_WAIT);
    this.known = new BoundedCache<>(clock, RETENTION, REMEMBERED_BYTES, CoverService::weightOf);
  }

  private static int weightOf(Optional<CoverImage> picture) {
    return WEIGHT_OF_NONE + picture.map(found -> found.content().length()).orElse(0);
  }

  /**
   * Returns a cover; empty if it doesn't exist, or if neither a search nor a request has shown it.
   *
   * @return fails with a {@link Problem} 503 while the catalogue is unavailable
   */
  public CompletionStage<Optional<CoverImage>> findCover(int id) {
    Optional<Optional<CoverImage>> remembered = known.get(id);
    if (remembered.isPresent() || library == null) {
      return CompletableFuture.completedFuture(remembered.orElse(Optional.empty()));
    }
    OpenLibraryClient catalogue = library;
    return shown.wasShown(id)
        ? fetchOnce(catalogue, id)
        : isAskedFor
            .apply(id)
            .thenCompose(
                asked ->
                    asked
                        ? fetchOnce(catalogue, id)
                        : CompletableFuture.completedFuture(Optional.<CoverImage>empty()));
  }

  private CompletionStage<Optional<CoverImage>> fetchOnce(OpenLibraryClient catalogue, int id) {
    var mine = new CompletableFuture<Optional<CoverImage>>();
    CompletableFuture<Optional<CoverImage>> others = underWay.putIfAbsent(id, mine);
    if (others != null) {
      return others;
    }
    var _ =
        fetchPaced(catalogue, id)
            .whenComplete(
                (found, failure) -> {
                  underWay.remove(id);
                  if (failure == null) {
                    known.put(id, found);
                    mine.complete(found);
                  } else {
                    mine.completeExceptionally(catalogueUnavailable());
                  }
                });
    return mine;
  }

  private CompletableFuture<Optional<CoverImage>> fetchPaced(OpenLibraryClient catalogue, int id) {
    Optional<Duration> turn =
        circuitBreaker.isOpen() ? Optional.empty() : callThrottle.reserveTurn();
    return turn.map(
            wait ->
                RemoteCalls.callAfter(
                    wait,
                    () ->
                        RemoteCalls.callWithCircuit(
                            circuitBreaker, "covers", () -> catalogue.fetchCover(id))))
        .orElseGet(() -> CompletableFuture.failedFuture(catalogueUnavailable()));
  }

  private static Problem catalogueUnavailable() {
    return Problem.of(
        503, "catalogue_away", "Catalogue unavailable", "The book catalogue is not responding.");
  }
}
