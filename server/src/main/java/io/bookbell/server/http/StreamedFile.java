package io.bookbell.server.http;

import io.bookbell.server.storage.Transaction;
import java.util.Map;
import java.util.Optional;

/**
 * A file of any length that is read part by part, each time in a new transaction. Stateless.
 *
 * @param <K> the position behind a part
 */
public interface StreamedFile<K> {

  /**
   * A part of the file.
   *
   * @param next where the next one begins; empty if there is none
   */
  record FilePart<K>(String text, Optional<K> next) {}

  String fileName();

  String contentType();

  /** In addition to those of every download. */
  default Map<String, String> headers() {
    return Map.of();
  }

  /**
   * Reads the next part.
   *
   * @param from empty for the first part
   */
  FilePart<K> read(Transaction tx, Caller caller, Optional<K> from);
}
