package io.bookbell.server.storage.postgres;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.bookbell.server.config.ServerConfig.StorageConfig;
import io.bookbell.server.storage.Database;
import io.bookbell.server.storage.StorageException;
import io.bookbell.server.storage.StorageTrouble;
import io.bookbell.server.storage.Transaction;
import io.bookbell.server.storage.setup.OpenDatabase;
import io.bookbell.server.support.TestDatabase;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** When commands of one owner share a transaction, and when they don't. */
class PostgresWriterTest {
  /** The row of all commands, whoever their owner is. */
  private static final String OWNER_ROW =
      "SELECT epoch FROM installation WHERE ? <> '' FOR NO KEY UPDATE";

  @TempDir Path folder;

  private final CountDownLatch release = new CountDownLatch(1);
  private final AtomicInteger begun = new AtomicInteger();
  private final List<String> happened = new CopyOnWriteArrayList<>();
  private OpenDatabase data;
  private OpenDatabase elsewhere;
  private Database database;
  private StorageConfig storageConfig;

  @BeforeEach
  void open() {
    storageConfig = TestDatabase.POSTGRESQL.create(folder);
    data = OpenDatabase.forServing(storageConfig);
    elsewhere = OpenDatabase.forConcurrentAccess(storageConfig);
    database = data.database();
    database
        .write(
            tx ->
                tx.update(
                    "INSERT INTO installation (id, epoch, created_at) VALUES (1, 'epoch', 0)"))
        .join();
  }

  @AfterEach
  void close() {
    release.countDown();
    elsewhere.close();
    data.close();
  }

  @Test
  void hooksRunInTheOrderOfTheCommandsAndBeforeTheirAnswers() throws Exception {
    CompletableFuture<?> holder = hold(database);
    var all = new ArrayList<CompletableFuture<?>>();
    for (int number = 0; number < 5; number++) {
      String name = "k" + number;
      all.add(
          inTurn(
                  tx -> {
                    tx.afterCommit(() -> happened.add(name + " stored " + keys().contains(name)));
                    insert(tx, name);
                    return true;
                  })
              .thenRun(() -> happened.add(name + " answered")));
      awaitBegun(number + 1);
    }
    go(holder);

    CompletableFuture.allOf(all.toArray(CompletableFuture[]::new)).get(20, SECONDS);
    assertThat(happened)
        .containsExactlyElementsOf(
            List.of("k0", "k1", "k2", "k3", "k4").stream()
                .flatMap(name -> List.of(name + " stored true", name + " answered").stream())
                .toList());
  }

  @Test
  void aLostConnectionIsToldToAllCommandsThatShareIt() throws Exception {
    CompletableFuture<?> holder = hold(database);
    var all = new ArrayList<CompletableFuture<?>>();
    for (String name : List.of("before", "cut", "behind")) {
      all.add(
          inTurn(
              tx -> {
                insert(tx, name);
                return name.equals("cut")
                    && tx.query("SELECT pg_terminate_backend(pg_backend_pid()) AS cut").exists();
              }));
      awaitBegun(all.size());
    }
    go(holder);

    for (CompletableFuture<?> each : all) {
      assertThatThrownBy(() -> each.get(20, SECONDS))
          .cause()
          .isInstanceOfSatisfying(
              StorageException.class,
              e -> assertThat(e.trouble()).isEqualTo(StorageTrouble.UNREACHABLE));
    }
    assertThat(keys()).isEmpty();
  }

  /** As it happens to a managed PostgreSQL whose disk is full. */
  @Test
  void connectionsFromAReadOnlyTimeAreReplaced() {
    elsewhere.database().write(PostgresWriterTest::makeReadOnly).join();
    await().until(() -> !canStore("refused"));
    try (OpenDatabase operator = OpenDatabase.forConcurrentAccess(storageConfig)) {
      operator.database().read(PostgresWriterTest::makeWritable).join();
    }

    await().until(() -> canStore("stored"));
    for (int number = 0; number < 20; number++) {
      assertThat(canStore("stored " + number)).isTrue();
    }
  }

  private boolean canStore(String name) {
    return database
        .write(
            tx -> {
              insert(tx, name);
              return true;
            })
        .exceptionally(_ -> false)
        .join();
  }

  /** For the connections that are made from now on; the others are closed. */
  private static boolean makeReadOnly(Transaction tx) {
    tx.update(
        """
        DO $$ BEGIN
          EXECUTE format('ALTER DATABASE %I SET default_transaction_read_only = on', current_database());
        END $$""");
    return tx.query(
            """
            SELECT pg_terminate_backend(pid) AS closed FROM pg_stat_activity
            WHERE datname = current_database() AND pid <> pg_backend_pid()""")
        .exists();
  }

  private static boolean makeWritable(Transaction tx) {
    tx.update("SET TRANSACTION READ WRITE");
    tx.update(
        """
        DO $$ BEGIN
          EXECUTE format('ALTER DATABASE %I RESET default_transaction_read_only', current_database());
        END $$""");
    tx.update("COMMIT");
    return true;
  }

  @Test
  void aStatementThatFailsAfterItsCommandRefusesThatCommandOnly() throws Exception {
    CompletableFuture<?> holder = hold(database);
    var all = new ArrayList<CompletableFuture<?>>();
    for (String name : List.of("first", "refused", "last")) {
      all.add(
          inTurn(
              tx -> {
                tx.afterCommit(() -> happened.add(name));
                insert(tx, name);
                if (name.equals("refused")) {
                  tx.enqueue("INSERT INTO installation SELECT * FROM installation");
                }
                return true;
              }));
      awaitBegun(all.size());
    }
    go(holder);

    all.getFirst().get(20, SECONDS);
    assertThatThrownBy(() -> all.get(1).get(20, SECONDS)).hasStackTraceContaining("duplicate key");
    all.getLast().get(20, SECONDS);
    assertThat(keys()).containsExactlyInAnyOrder("first", "last");
    assertThat(happened).containsExactly("first", "last");
  }

  @Test
  void aConflictHasTheWholeBatchDoneAgain() throws Exception {
    var tries = new AtomicInteger();
    CompletableFuture<?> holder = hold(database);
    var first = inTurn(tx -> insert(tx, "first"));
    awaitBegun(1);
    var second =
        inTurn(
            tx -> {
              insert(tx, "second");
              if (tries.incrementAndGet() < 3) {
                tx.update("DO $$ BEGIN RAISE EXCEPTION 'conflict' USING ERRCODE = '40P01'; END $$");
              }
              return true;
            });
    awaitBegun(2);
    go(holder);

    first.get(20, SECONDS);
    second.get(20, SECONDS);
    assertThat(tries).hasValue(3);
    assertThat(keys()).containsExactlyInAnyOrder("first", "second");
  }

  /**
   * A duplicate of a command on another node holds the idempotency key and waits for the row that
   * this node holds.
   */
  @Test
  void whatWantsALockOutOfOrderIsDoneAloneAndNobodyWaitsInACircle() throws Exception {
    var firstRuns = new AtomicInteger();
    CompletableFuture<?> holder = hold(database);
    var first =
        inTurn(
            tx -> {
              if (firstRuns.incrementAndGet() == 1) {
                happened.add("twin");
                twin();
                awaitSomebodyWaiting();
              }
              return insert(tx, "first");
            });
    awaitBegun(1);
    var second = write(tx -> insert(tx, "key") + lockRow(tx));
    awaitBegun(2);
    go(holder);

    first.get(20, SECONDS);
    assertThat(second.get(20, SECONDS)).as("inserted by the twin").isZero();
    twins.forEach(twin -> assertThat(twin.join()).isEqualTo(1));
    assertThat(firstRuns).as("no deadlock has taken it back").hasValue(1);
    close();
    assertThat(TestDatabase.deadlocks(storageConfig)).isZero();
  }

  private final List<CompletableFuture<Integer>> twins = new CopyOnWriteArrayList<>();

  private void twin() {
    twins.add(elsewhere.database().write(tx -> insert(tx, "key") + lockRow(tx)));
  }

  @Test
  void aBatchTakesNotTooLong() throws Exception {
    CompletableFuture<?> holder = hold(database);
    var all = new ArrayList<CompletableFuture<Long>>();
    for (int number = 0; number < 5; number++) {
      all.add(
          inTurn(
              tx -> {
                tx.update("SELECT pg_sleep(0.3)");
                return tx.query("SELECT CAST(CAST(pg_current_xact_id() AS text) AS bigint) AS id")
                    .single(row -> row.getLong("id"));
              }));
      awaitBegun(number + 1);
    }
    go(holder);

    var transactions = new ArrayList<Long>();
    for (CompletableFuture<Long> each : all) {
      transactions.add(each.get(20, SECONDS));
    }
    assertThat(transactions).isSorted();
    assertThat(Set.copyOf(transactions)).hasSize(3);
  }

  @Test
  void allThatWaitedAreToldWhenTheDatabaseEndsTheirTransactionAndTheNextGoesThrough()
      throws Exception {
    CompletableFuture<?> holder = hold(elsewhere.database());
    var all = new ArrayList<CompletableFuture<?>>();
    for (int number = 0; number < 80; number++) {
      all.add(inTurn(tx -> true));
    }
    awaitBegun(80);
    awaitSomebodyWaiting();
    endWhoWaits();
    awaitSomebodyWaiting();
    await().until(() -> begun.get() >= 80);
    endWhoWaits();
    go(holder);

    for (CompletableFuture<?> each : all) {
      assertThatThrownBy(() -> each.get(20, SECONDS)).hasStackTraceContaining("terminating");
    }
    assertThat(inTurn(tx -> "next").get(20, SECONDS)).isEqualTo("next");
  }

  @Test
  void theTimeIsReadAgainUnderTheLock() throws Exception {
    var before = new CompletableFuture<Instant>();
    CompletableFuture<?> holder = hold(elsewhere.database());
    var after =
        write(
            tx -> {
              before.complete(tx.now());
              lockRow(tx);
              return tx.now();
            });
    Instant early = before.get(20, SECONDS);
    awaitSomebodyWaiting();
    await().until(() -> elsewhere.database().read(Transaction::now).join().isAfter(early));
    Instant meanwhile = elsewhere.database().read(Transaction::now).join();
    go(holder);

    assertThat(after.get(20, SECONDS)).isAfterOrEqualTo(meanwhile);
  }

  private CompletableFuture<?> hold(Database holder) throws InterruptedException {
    var held = new CountDownLatch(1);
    CompletableFuture<Boolean> holding =
        holder.write(
            tx -> {
              lockRow(tx);
              held.countDown();
              return hasCome(release);
            });
    assertThat(held.await(20, SECONDS)).isTrue();
    return holding;
  }

  private void go(CompletableFuture<?> holder) throws Exception {
    release.countDown();
    holder.get(20, SECONDS);
  }

  private <T> CompletableFuture<T> inTurn(Function<Transaction, T> work) {
    return write(
        tx -> {
          lockRow(tx);
          return work.apply(tx);
        });
  }

  private <T> CompletableFuture<T> write(Function<Transaction, T> work) {
    return database.write(
        tx -> {
          begun.incrementAndGet();
          return work.apply(tx);
        });
  }

  private void awaitBegun(int commands) {
    await().until(() -> begun.get() >= commands);
  }

  private static int lockRow(Transaction tx) {
    assertThat(tx.lockOwnerRow("owner", OWNER_ROW, _ -> true).get()).isPresent();
    return 0;
  }

  private static int insert(Transaction tx, String key) {
    return tx.update(
        """
        INSERT INTO login_failure (email_hash, failures, window_ends_at) VALUES (?, 1, ?)
        ON CONFLICT DO NOTHING""",
        key,
        Instant.EPOCH);
  }

  private Set<String> keys() {
    return database
        .read(
            tx ->
                tx.query("SELECT email_hash FROM login_failure")
                    .set(row -> row.getString("email_hash")))
        .join();
  }

  @Test
  void connectionsAreOpenedWhenTheyAreNeeded() throws Exception {
    int writes = 8;
    assertThat(ask(CONNECTIONS)).as("a pair for each process").isLessThanOrEqualTo(4);

    var all = new ArrayList<CompletableFuture<Boolean>>();
    for (int number = 0; number < writes; number++) {
      all.add(
          database.write(
              tx -> {
                begun.incrementAndGet();
                return tx.query("SELECT 1 AS one").exists() && hasCome(release);
              }));
    }
    await().until(() -> begun.get() == writes);
    assertThat(ask(CONNECTIONS)).isGreaterThanOrEqualTo(writes);
    release.countDown();

    for (CompletableFuture<Boolean> answer : all) {
      assertThat(answer.get(20, SECONDS)).isTrue();
    }
  }

  private static final String CONNECTIONS =
      """
      SELECT count(*) AS amount FROM pg_stat_activity
      WHERE datname = current_database() AND application_name = 'bookbell-writes'""";

  private void awaitSomebodyWaiting() {
    await().until(() -> ask("SELECT count(*) AS amount FROM pg_stat_activity " + WAITING) > 0);
  }

  private void endWhoWaits() {
    ask("SELECT count(pg_terminate_backend(pid)) AS amount FROM pg_stat_activity " + WAITING);
  }

  private static final String WAITING =
      "WHERE datname = current_database() AND wait_event_type = 'Lock'";

  private long ask(String query) {
    return elsewhere
        .database()
        .read(tx -> tx.query(query).single(row -> row.getLong("amount")))
        .join();
  }

  private static boolean hasCome(CountDownLatch latch) {
    try {
      return latch.await(4, SECONDS);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
