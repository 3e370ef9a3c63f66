package io.bookbell.server.storage.sqlite;

import io.bookbell.server.config.FileFailureReason;
import io.bookbell.server.storage.Database;
import io.bookbell.server.storage.DatabaseException;
import io.bookbell.server.storage.DatabaseFailureReason;
import io.bookbell.server.storage.FileMark;
import io.bookbell.server.storage.LifoThreadPool;
import io.bookbell.server.storage.StorageException;
import io.bookbell.server.storage.StorageTrouble;
import io.bookbell.server.storage.TimeSource;
import io.bookbell.server.storage.Transaction;
import io.bookbell.server.storage.WriteCommand;
import io.bookbell.server.storage.WriteHealth;
import io.bookbell.server.storage.WriteJob;
import io.bookbell.server.storage.migration.SchemaMigrator;
import io.bookbell.server.storage.sql.DataAccessException;
import io.bookbell.server.storage.sql.SqlListener;
import io.bookbell.server.storage.sql.SqlSession;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.BiConsumer;
import java.util.function.Function;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteDataSource;
import org.sqlite.SQLiteOpenMode;

/**
 * A {@link Database} in one SQLite file, for one process. Thread-safe: writes queue for the thread
 * of the {@link SqliteWriter}; reads run on a few threads, each with its own connection.
 *
 * <p>All of these are platform threads: SQLite's calls are native and would pin a virtual thread's
 * carrier for the length of an fsync.
 */
public final class SqliteDatabase implements Database {
  private static final Logger log = LoggerFactory.getLogger(SqliteDatabase.class);
  private static final String RESERVE = "bookbell.reserve";
  private static final String MARK = "bookbell.mark";
  private static final int READERS = 3;

  /** How long reads may go on when the database closes. */
  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(10);

  static final int BUSY_TIMEOUT_MILLIS = 10_000;

  /**
   * Large enough for the pages that 64 commands change; otherwise SQLite would write some before
   * the commit and read them again.
   */
  private static final int WRITER_CACHE_KIB = 16_384;

  /**
   * Size of the write-ahead log, in pages of 4 KiB, after which SQLite checkpoints it. A large log
   * means that a page that changes often is copied once for many changes.
   */
  private static final int CHECKPOINT_PAGES = 4_000;

  /**
   * Size to which SQLite truncates a log file that had to grow, once it starts again from the
   * beginning.
   */
  private static final long MAX_LOG_BYTES = 2L * CHECKPOINT_PAGES * 4096;

  private final SQLiteDataSource readSource = createSource(true);
  private final FileMark fileMark;
  private final TimeSource time;
  private final SqlListener listener;
  private final SqliteWriteAheadLog writeAheadLog;
  private final WriteHealth writeHealth = new WriteHealth();
  private final SqliteWriter writer;
  private final ThreadLocal<ReadConnection> reader = ThreadLocal.withInitial(this::openReader);
  private final Queue<Connection> readConnections = new ConcurrentLinkedQueue<>();
  private final LifoThreadPool readers = new LifoThreadPool("sqlite-reader", READERS);

  /**
   * Opens the file, creates it if it doesn't exist, and migrates it.
   *
   * @throws DatabaseException if the file can't be opened or migrated
   */
  public SqliteDatabase(Path file, TimeSource time) {
    this(file, time, SqlListener.NONE);
  }

  /**
   * Like {@link #SqliteDatabase(Path, TimeSource)}.
   *
   * @param listener called before statements are sent
   * @throws DatabaseException if the file can't be opened or migrated
   */
  public SqliteDatabase(Path file, TimeSource time, SqlListener listener) {
    this(
        file,
        time,
        SchemaMigrator::migrateToNewest,
        new SqliteReserve(file.toAbsolutePath().resolveSibling(RESERVE)),
        listener);
  }

  /**
   * Opens a file that another process may be serving. Changes nothing in its schema.
   *
   * @throws DatabaseException if the file doesn't exist or its schema isn't the newest
   */
  public static SqliteDatabase openExisting(Path file, TimeSource time) {
    if (!Files.isRegularFile(file)) {
      throw new DatabaseException(
          FileFailureReason.isHidden(file)
              ? "The database at %s cannot be opened: permission denied; use the account that runs Bookbell."
                  .formatted(file)
              : "There is no database at %s: set BOOKBELL_DATA to its folder (data/demo for the demonstration)."
                  .formatted(file));
    }
    if (file.toFile().length() == 0) { // opening it would write to it
      throw new DatabaseException(SchemaMigrator.NOT_NEWEST);
    }
    return new SqliteDatabase(
        file, time, SchemaMigrator::requireNewest, new SqliteReserve(null), SqlListener.NONE);
  }

  /**
   * Opens a file whatever its schema is, and changes nothing in it.
   *
   * @throws DatabaseException if the file can't be opened
   */
  public static SqliteDatabase openUnchanged(Path file, TimeSource time) {
    return new SqliteDatabase(file, time, (_, _) -> {}, new SqliteReserve(null), SqlListener.NONE);
  }

  private SqliteDatabase(
      Path file,
      TimeSource time,
      BiConsumer<DataSource, String> schema,
      SqliteReserve reserve,
      SqlListener listener) {
    this.fileMark = new FileMark(file.toAbsolutePath().resolveSibling(MARK));
    this.time = time;
    this.listener = listener;
    SQLiteDataSource writeSource = createWriteSource();
    String url = "jdbc:sqlite:" + file.toAbsolutePath();
    writeSource.setUrl(url);
    readSource.setUrl(url);
    schema.accept(writeSource, "db/sqlite");
    this.writeAheadLog = new SqliteWriteAheadLog(file.toAbsolutePath());
    this.writer =
        new SqliteWriter(
            () -> openConnection(writeSource), listener, time, reserve, writeAheadLog, writeHealth);
    if (reserve.isReleased()) {
      writeHealth.recordFailure(
          new StorageException(StorageTrouble.FULL, "it was full at startup"));
    }
  }

  @Override
  public <T> CompletableFuture<T> write(Function<Transaction, T> work) {
    return writer.submitJob(new WriteJob<>(work));
  }

  @Override
  public <T> CompletableFuture<T> writeCommand(WriteCommand<T> command) {
    return writer.submitJob(new WriteJob<>(command));
  }

  @Override
  public <T> CompletableFuture<T> read(Function<Transaction, T> work) {
    return CompletableFuture.supplyAsync(() -> readOnThread(work), readers);
  }

  /**
   * Runs a read. After an error the connection's state is unknown, so the next read opens a new
   * one.
   */
  private <T> T readOnThread(Function<Transaction, T> work) {
    ReadConnection here = requireReader();
    try {
      var tx = new Transaction(here.session, time);
      T result = readInTransaction(here, tx, work);
      tx.runAfterCommit();
      return result;
    } catch (DataAccessException e) {
      discardReader(here);
      throw translateFailure(e);
    }
  }

  private static <T> T readInTransaction(
      ReadConnection here, Transaction tx, Function<Transaction, T> work) {
    Connection connection = here.connection;
    try {
      connection.setAutoCommit(false);
      T result;
      try {
        result = work.apply(tx);
      } catch (RuntimeException | Error e) {
        endAfterFailure(connection, e);
        throw e;
      }
      connection.setAutoCommit(true); // commit or rollback would begin another transaction
      return result;
    } catch (SQLException e) {
      throw new DataAccessException("A read failed: " + e.getMessage(), e);
    } finally {
      here.session.reset(); // what still waits, nobody has asked for
    }
  }

  private static void endAfterFailure(Connection connection, Throwable failure) {
    try {
      connection.setAutoCommit(true);
    } catch (SQLException e) {
      failure.addSuppressed(e);
    }
  }

  private ReadConnection requireReader() {
    try {
      return reader.get();
    } catch (DatabaseException e) {
      throw translateFailure(e);
    }
  }

  private static RuntimeException translateFailure(RuntimeException failure) {
    return StorageException.translateFailure(failure) instanceof StorageException trouble
        ? trouble
        : failure;
  }

  private void discardReader(ReadConnection here) {
    reader.remove();
    readConnections.remove(here.connection);
    try {
      here.connection.close();
    } catch (SQLException e) {
      log.debug("A connection did not close", e);
    }
  }

  /** A read connection and its prepared statements. Confined to one thread. */
  private record ReadConnection(Connection connection, SqlSession session) {}

  @Override
  public <T> CompletableFuture<T> writeFromReserve(Function<Transaction, T> work) {
    return writer.submitJob(new WriteJob<>(work, true));
  }

  @Override
  public CompletableFuture<?> checkHealth() {
    CompletableFuture<?> look = read(tx -> tx.query("SELECT 1 AS one").exists());
    return writeHealth.currentTrouble().isEmpty()
        ? look
        : look.thenCompose(_ -> write(tx -> tx.update("PRAGMA user_version = 0")));
  }

  @Override
  public boolean isWritable() {
    return writeHealth.currentTrouble().isEmpty();
  }

  @Override
  public OptionalLong logSize() {
    return OptionalLong.of(writeAheadLog.sizeInBytes());
  }

  @Override
  public Optional<FileMark> fileMark() {
    return Optional.of(fileMark);
  }

  @Override
  public boolean isShared() {
    return false;
  }

  @Override
  public String productName() {
    return "SQLite";
  }

  @Override
  public void close() {
    writer.close();
    readers.closeWithin(CLOSE_TIMEOUT);
    readConnections.forEach(SqliteDatabase::closeQuietly);
  }

  private ReadConnection openReader() {
    Connection connection = openConnection(readSource);
    readConnections.add(connection);
    return new ReadConnection(connection, SqlSession.forSqlite(connection, listener));
  }

  private static Connection openConnection(SQLiteDataSource source) {
    try {
      return source.getConnection();
    } catch (SQLException e) {
      throw new DatabaseException(
          "Cannot open the SQLite file "
              + source.getUrl().replaceFirst("^jdbc:sqlite:", "")
              + ": "
              + DatabaseFailureReason.of(e),
          e);
    }
  }

  static void closeQuietly(Connection connection) {
    try {
      connection.close();
    } catch (SQLException e) {
      throw new DatabaseException("Closing SQLite failed", e);
    }
  }

  private static SQLiteDataSource createSource(boolean readOnly) {
    var config = new SQLiteConfig();
    config.setJournalMode(SQLiteConfig.JournalMode.WAL);
    config.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
    config.enforceForeignKeys(true);
    config.setBusyTimeout(BUSY_TIMEOUT_MILLIS);
    config.setGetGeneratedKeys(false); // statements return them by RETURNING
    config.setOpenMode(
        SQLiteOpenMode.NOMUTEX); // one thread uses a connection, and the driver locks
    config.setTempStore(SQLiteConfig.TempStore.MEMORY); // savepoints keep their undo data there
    config.setTransactionMode(
        readOnly ? SQLiteConfig.TransactionMode.DEFERRED : SQLiteConfig.TransactionMode.IMMEDIATE);
    return new SQLiteDataSource(config);
  }

  private static SQLiteDataSource createWriteSource() {
    SQLiteDataSource source = createSource(false);
    source.getConfig().setCacheSize(-WRITER_CACHE_KIB);
    source
        .getConfig()
        .setPragma(SQLiteConfig.Pragma.WAL_AUTOCHECKPOINT, String.valueOf(CHECKPOINT_PAGES));
    source
        .getConfig()
        .setPragma(SQLiteConfig.Pragma.JOURNAL_SIZE_LIMIT, String.valueOf(MAX_LOG_BYTES));
    return source;
  }
}
