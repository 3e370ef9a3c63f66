package io.bookbell.server.storage;

import static io.bookbell.server.storage.schema.Tables.INSTALLATION;

/** The row that the tests of the storage change and look at. */
final class OneRow {
  private OneRow() {}

  static void lay(Database database) {
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
