package io.bookbell.server.storage;

import java.util.List;

/** JSON texts of a table, in the order of their ids, for work that goes through all of them. */
public interface StoredTexts {
  /** One of the texts. */
  record StoredText(long id, String json) {}

  /**
   * Locks the texts with ids above {@code after} until the end of the transaction and returns them,
   * ordered by id.
   */
  List<StoredText> readAfter(Transaction tx, long after, int limit);

  /** Replaces a text that was locked in the same transaction. */
  void replaceText(Transaction tx, StoredText text);
}
