package io.bookbell.server.transfer;

import io.bookbell.hub.UserId;
import io.bookbell.server.storage.Transaction;
import io.bookbell.server.transfer.ImportedRowStore.ImportedRow;

/**
 * Tells a password that was only hashed again at a sign-in from one that was changed here. The last
 * part of an account's fingerprint is that of the hash which stands for the imported one.
 * Thread-safe and stateless.
 */
public final class ImportedPasswords {
  private static final int THERE = 2;
  private static final int HERE = 3;

  private final ImportedRowStore rows = new ImportedRowStore();

  /** Remembers that a hash of the same password replaces another one. */
  public void rememberReplaced(Transaction tx, UserId user, String before, String after) {
    rows.find(tx, RowKind.ACCOUNT, ImportedRowStore.NO_CREATOR, user.value())
        .filter(row -> row.part(THERE).equals(Fingerprint.of(before)) || standsFor(row, before))
        .ifPresent(
            row ->
                rows.store(
                    tx,
                    RowKind.ACCOUNT,
                    ImportedRowStore.NO_CREATOR,
                    new ImportedRow(
                        row.id(),
                        String.join(
                            ".",
                            row.part(0),
                            row.part(1),
                            row.part(THERE),
                            Fingerprint.of(after)))));
  }

  /** Whether a hash here is one of the imported password. */
  static boolean standsFor(ImportedRow row, String hash) {
    return row.hasPart(HERE) && row.part(HERE).equals(Fingerprint.of(hash));
  }
}
