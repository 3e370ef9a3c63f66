package io.bookbell.server.book;

import java.time.Duration;
import java.time.InstantSource;
import java.util.List;

/**
 * Which covers searches of this server have shown lately. Others are not fetched for anybody: this
 * server is no way to read the catalogue's pictures through. Thread-safe.
 */
public final class ShownCovers {
  private static final int MOST = 20_000;
  private static final Duration KEPT = Duration.ofHours(24);

  private final BoundedCache<Integer, Boolean> shown;

  public ShownCovers(InstantSource clock) {
    this.shown = new BoundedCache<>(clock, KEPT, MOST, _ -> 1);
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
