package io.bookbell.server.book;

import com.fasterxml.jackson.annotation.JsonValue;
import io.bookbell.server.config.Config;
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

  private final @Nullable OpenLibrary library;
  private final Circuit circuit;
  private final Pace pace;
  private final ShownCovers shown;
  private final BoundedCache<String, List<Book>> known;
  private final ConcurrentHashMap<String, CompletableFuture<Found>> underWay =
      new ConcurrentHashMap<>();

  /**
   * Creates the service.
   *
   * @param library empty: there is no catalogue
   * @param shown is told of what is found
   */
  public BookSearch(
      Optional<OpenLibrary> library,
      Optional<Config.Catalogue> address,
      ShownCovers shown,
      InstantSource clock) {
    this.library = library.orElse(null);
    this.shown = shown;
    this.circuit = new Circuit(clock);
    this.pace =
        new Pace(clock, address.map(Config.Catalogue::apart).orElse(Duration.ZERO), LONGEST_WAIT);
    this.known = new BoundedCache<>(clock, KEPT, REMEMBERED, books -> 1);
  }

  /** Whether the catalogue can be asked. */
  public enum State {
    HERE,
    AWAY,
    OFF;

    @JsonValue
    public String wireName() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** Books that fit, the best first; none while the catalogue cannot be asked. */
  public record Found(List<Book> items, State catalogue) {
    private static Found nothing(State catalogue) {
      return new Found(List.of(), catalogue);
    }
  }

  /** Books that fit a text, which may be an ISBN. */
  public CompletionStage<Found> find(String text) {
    return look(text)
        .thenApply(
            found -> {
              shown.note(found.items);
              return found;
            });
  }

  private CompletionStage<Found> look(String text) {
    String wanted = CaseFolding.fold(text.strip()).replaceAll("[\\s\\p{Z}]+", " ");
    if (library == null) {
      return done(Found.nothing(State.OFF));
    }
    if (wanted.length() < LEAST) {
      return done(Found.nothing(State.HERE));
    }
    Optional<List<Book>> remembered = known.get(wanted);
    return remembered.isPresent()
        ? done(new Found(remembered.get(), State.HERE))
        : askOnce(library, wanted);
  }

  private CompletionStage<Found> askOnce(OpenLibrary catalogue, String text) {
    var mine = new CompletableFuture<Found>();
    CompletableFuture<Found> others = underWay.putIfAbsent(text, mine);
    if (others != null) {
      return others;
    }
    var _ =
        ask(catalogue, text)
            .whenComplete(
                (found, failure) -> {
                  underWay.remove(text);
                  mine.complete(failure == null ? found : Found.nothing(State.AWAY));
                });
    return mine;
  }

  private CompletableFuture<Found> ask(OpenLibrary catalogue, String text) {
    Optional<Duration> turn = circuit.isOpen() ? Optional.empty() : pace.turn();
    return turn.map(wait -> Calls.after(wait, () -> askNow(catalogue, text)))
        .orElseGet(() -> CompletableFuture.completedFuture(Found.nothing(State.AWAY)));
  }

  private CompletableFuture<Found> askNow(OpenLibrary catalogue, String text) {
    if (circuit.isOpen()) {
      return CompletableFuture.completedFuture(Found.nothing(State.AWAY));
    }
    return Calls.watched(circuit, "book catalogue", () -> catalogue.search(text))
        .thenApply(
            books -> {
              known.put(text, books);
              return new Found(books, State.HERE);
            });
  }

  private static CompletionStage<Found> done(Found found) {
    return CompletableFuture.completedFuture(found);
  }
}
