package io.bookbell.server.transfer;

import io.bookbell.server.storage.Transaction;
import java.util.Collection;
import java.util.Set;

/** The ids that mean the same in the replaced system and here. Stateless. */
public final class ImportedIds {
  private static final ImportedRowStore ROWS = new ImportedRowStore();

  private ImportedIds() {}

  /** Returns those of the ids that are imported or exported requests. */
  public static Set<Long> requestsAmong(Transaction tx, Collection<Long> ids) {
    return ROWS.findAll(tx, RowKind.REQUEST, ImportedRowStore.NO_CREATOR, ids).keySet();
  }

  /** Returns those of the ids that are imported or exported replies. */
  public static Set<Long> repliesAmong(Transaction tx, Collection<Long> ids) {
    return ROWS.findAll(tx, RowKind.REPLY, ImportedRowStore.NO_CREATOR, ids).keySet();
  }
}
