package io.bookbell.server.storage.sqlite;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bookbell.server.storage.StorageException;
import io.bookbell.server.storage.StorageTrouble;
import io.bookbell.server.storage.TimeSource;
import io.bookbell.server.storage.Transaction;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Errors after which SQLite has ended the transaction, or may have. */
class SqliteWriterTest {
  private static final Instant LATER = Instant.parse("2040-01-01T00:00:00Z");

  @TempDir private Path folder;

  private SqliteDatabase database;

  @BeforeEach
  void open() {
    database = new SqliteDatabase(folder.resolve("test.db"), TimeSource.of(InstantSource.system()));
  }

  @AfterEach
  void close() {
    database.close();
  }

  @Test
  void aFullDiskLeavesNothingBehindAndWritingGoesOn() {
    for (int round = 0; round < 20; round++) {
      int each = round;
      fails(
          StorageTrouble.FULL,
          database.write(
              tx -> {
                allowNoFurtherPage(tx);
                return add(tx, "full" + each, 2_000);
              }));
      database.write(tx -> add(tx, "kept" + each, 1)).join();
    }

    assertThat(count("full")).isZero();
    assertThat(count("kept")).isEqualTo(20);
    assertThat(database.isWritable()).isTrue();
  }

  @Test
  void commandsThatShareTheCommitAreRefusedAsAWhole() throws Exception {
    var begun = new CountDownLatch(1);
    var go = new CountDownLatch(1);
    var holder =
        database.write(
            tx -> {
              begun.countDown();
              return await(go);
            });
    await(begun);
    var together = new ArrayList<CompletableFuture<?>>();
    together.add(database.write(tx -> add(tx, "first", 1)));
    together.add(
        database.write(
            tx -> {
              allowNoFurtherPage(tx);
              return add(tx, "second", 2_000);
            }));
    together.add(database.write(tx -> add(tx, "third", 1)));
    CompletableFuture<Integer> urgent = database.writeFromReserve(tx -> add(tx, "session", 1));
    go.countDown();

    holder.get(20, SECONDS);
    together.forEach(each -> fails(StorageTrouble.FULL, each));
    assertThat(urgent.get(20, SECONDS)).as("what may use the reserve").isEqualTo(1);
    assertThat(count("")).isEqualTo(1);
  }

  @Test
  void theReserveIsThereAgainBeforeACommandIs() {
    Path reserve = folder.resolve("bookbell.reserve");
    assertThat(reserve).exists();
    fails(
        StorageTrouble.FULL,
        database.write(
            tx -> {
              allowNoFurtherPage(tx);
              return add(tx, "full", 2_000);
            }));
    assertThat(reserve).doesNotExist();
    assertThat(database.isWritable()).isFalse();

    database.checkHealth().join();

    assertThat(reserve).exists();
    assertThat(database.isWritable()).isTrue();
  }

  @Test
  void theLogIsCutAgainAfterALongReadHeldItUp() throws Exception {
    Path log = folder.resolve("test.db-wal");
    var reading = new CountDownLatch(1);
    var go = new CountDownLatch(1);
    var reader =
        database.read(
            tx -> {
              assertThat(rows(tx, "")).isZero();
              reading.countDown();
              return await(go);
            });
    await(reading);
    database.write(tx -> tx.update("CREATE TABLE filling (content BLOB)")).join();
    for (int piece = 0; piece < 10; piece++) {
      database.write(tx -> tx.update("INSERT INTO filling VALUES (zeroblob(7500000))")).join();
    }
    assertThat(Files.size(log)).isGreaterThan(SqliteWriteAheadLog.LARGE);
    assertThat(database.logSize()).hasValue(Files.size(log));
    go.countDown();
    reader.get(20, SECONDS);

    Awaitility.await("a short log")
        .until(
            () -> {
              database.write(tx -> add(tx, "more", 1)).join();
              return Files.size(log) < SqliteWriteAheadLog.LARGE / 2 + (1 << 20);
            });
    assertThat(count("")).isPositive();
  }

  /** Simulates a full disk on this connection, by not letting SQLite enlarge the file. */
  private static void allowNoFurtherPage(Transaction tx) {
    tx.query("PRAGMA max_page_count = 1").exists(); // SQLite raises this to the current size
  }

  private static int add(Transaction tx, String prefix, int rows) {
    int count = rows(tx, "");
    for (int row = 0; row < rows; row++) {
      tx.update(
          "INSERT INTO login_failure (email_hash, failures, window_ends_at) VALUES (?, 1, ?)",
          prefix + "-" + (count + row),
          LATER);
    }
    return rows;
  }

  private int count(String prefix) {
    return database.read(tx -> rows(tx, prefix)).join();
  }

  private static int rows(Transaction tx, String prefix) {
    return tx.query(
            "SELECT count(*) AS amount FROM login_failure WHERE email_hash LIKE ?", prefix + "%")
        .single(row -> row.getInt("amount"));
  }

  private static void fails(StorageTrouble trouble, CompletableFuture<?> command) {
    assertThatThrownBy(() -> command.get(20, SECONDS))
        .cause()
        .isInstanceOfSatisfying(
            StorageException.class, e -> assertThat(e.trouble()).isEqualTo(trouble));
  }

  private static boolean await(CountDownLatch latch) {
    try {
      assertThat(latch.await(20, SECONDS)).isTrue();
      return true;
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
