package io.bookbell.server.book;

import java.time.Duration;
import java.time.InstantSource;
import java.util.List;

/**
 * Remembers the covers that searches have shown within 24 hours. Other covers aren't fetched, so
 * this server can't be used as a proxy for the catalogue's images. Thread-safe.
 */
public final class ShownCovers {
  private static final int MAX_COVERS = 20_000;
  private static final Duration RETENTION = Duration.ofHours(24);

  private final BoundedCache<Integer, Boolean> shown;

  public ShownCovers(InstantSource clock) {
    this.shown = new BoundedCache<>(clock, RETENTION, MAX_COVERS, _ -> 1);
  }

  void recordShown(List<Book> books) {
    for (Book book : books) {
      Integer cover = book.coverId();
      if (cover != null) {
        shown.put(cover, true);
      }
    }
  }

  boolean wasShown(int cover) {
    return shown.get(cover).isPresent();
  }
}
