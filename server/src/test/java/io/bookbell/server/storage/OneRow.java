package io.bookbell.server.storage;

import static io.bookbell.server.storage.schema.Tables.INSTALLATION;

/** The single row that the storage tests write and read. */
public final class OneRow {
  private OneRow() {}

  public static void lay(Database database) {
    database
        .write(
            tx ->
                tx.sql()
                    .insertInto(INSTALLATION)
                    .set(INSTALLATION.ID, 1)
                    .set(INSTALLATION.EPOCH, "epoch")
                    .set(INSTALLATION.CREATED_AT, tx.now())
                    .execute())
        .join();
  }
}
