package io.bookbell.server.storage.postgres;

import io.bookbell.server.storage.StorageException;
import io.bookbell.server.storage.StorageTrouble;
import io.bookbell.server.storage.WriteHealth;
import java.net.SocketTimeoutException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Checks every 300 ms, on a connection of its own, whether PostgreSQL responds. While it doesn't,
 * pending and new calls fail at once. Thread-safe.
 */
final class PostgresHeartbeat implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(PostgresHeartbeat.class);
  private static final Duration INTERVAL = Duration.ofMillis(300);

  /** While writes fail, one beat in this many checks whether the disk has room again. */
  private static final int BEATS_PER_DISK_CHECK = 4;

  /** Allocates 256 KiB and a few catalogue rows. */
  private static final String ALLOCATE_DISK_SPACE =
      "CREATE TEMPORARY TABLE room ON COMMIT DROP AS"
          + " SELECT repeat(md5(i::text), 32) AS filling FROM generate_series(1, 256) AS i";

  private static final String TOO_MANY_CONNECTIONS = "53300";
  private static final String INSUFFICIENT_PRIVILEGE = "42501";

  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().name("postgres-heartbeat").daemon().factory());
  private final Map<Long, CompletableFuture<?>> waiting = new ConcurrentHashMap<>();
  private final AtomicLong lastNumber = new AtomicLong();
  private final DataSource source;
  private final WriteHealth writeHealth;
  private final Runnable onUnreachable;
  private volatile @Nullable StorageException outage;
  private volatile long lastResponseNanos = System.nanoTime();
  private @Nullable Connection connection;
  private long beatCount;

  /**
   * Creates a heartbeat that hasn't started.
   *
   * @param source provides connections with short timeouts
   * @param writeHealth tells whether writes fail; while they do, the heartbeat retries
   * @param onUnreachable called on the heartbeat's thread when the database becomes unreachable
   */
  PostgresHeartbeat(DataSource source, WriteHealth writeHealth, Runnable onUnreachable) {
    this.source = source;
    this.writeHealth = writeHealth;
    this.onUnreachable = onUnreachable;
  }

  void startBeating() {
    var _ =
        thread.scheduleWithFixedDelay(
            this::runHeartbeat, 0, INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Makes the future fail as soon as the database is unreachable. */
  <T> CompletableFuture<T> failWhenUnreachable(CompletableFuture<T> answer) {
    long number = lastNumber.incrementAndGet();
    waiting.put(number, answer);
    var _ = answer.whenComplete((_, _) -> waiting.remove(number));
    StorageException known = outage;
    if (known != null) {
      answer.completeExceptionally(known);
    }
    return answer;
  }

  boolean isUnreachable() {
    return outage != null;
  }

  /** Records that the database has responded to somebody. */
  void recordResponse() {
    lastResponseNanos = System.nanoTime();
  }

  private void runHeartbeat() {
    long begun = System.nanoTime();
    try {
      pingDatabase();
      recordResponse();
      markReachable();
      if (writeHealth.currentTrouble().isPresent() && beatCount++ % BEATS_PER_DISK_CHECK == 0) {
        tryAllocate();
      }
    } catch (SQLException e) {
      disconnect();
      boolean answers =
          TOO_MANY_CONNECTIONS.equals(e.getSQLState()) || lastResponseNanos - begun > 0;
      if (!answers && !thread.isShutdown()) {
        markUnreachable(e);
      }
    } catch (RuntimeException e) {
      log.error("The heartbeat failed", e);
    }
  }

  /**
   * Pings the database. Retries once on a new connection, because PostgreSQL may have closed just
   * this one; a timeout isn't retried.
   */
  private void pingDatabase() throws SQLException {
    if (connection != null) {
      try {
        executeStatement("SELECT 1");
        return;
      } catch (SQLException e) {
        if (e.getCause() instanceof SocketTimeoutException) {
          throw e;
        }
        disconnect();
      }
    }
    connection = source.getConnection();
    executeStatement("SELECT 1");
  }

  private void executeStatement(String sql) throws SQLException {
    Connection open = connection;
    if (open != null) {
      try (Statement statement = open.createStatement()) {
        statement.execute(sql);
      }
    }
  }

  private void tryAllocate() {
    Connection open = connection;
    if (open == null) {
      return;
    }
    try {
      open.setAutoCommit(false);
      executeStatement(ALLOCATE_DISK_SPACE);
      open.commit();
      open.setAutoCommit(true);
      writeHealth.recordSuccess();
    } catch (SQLException e) {
      if (INSUFFICIENT_PRIVILEGE.equals(e.getSQLState())) {
        writeHealth.recordSuccess();
      }
      disconnect();
    }
  }

  private void disconnect() {
    Connection open = connection;
    connection = null;
    if (open != null) {
      try {
        open.abort(Runnable::run);
      } catch (SQLException e) {
        log.debug("A connection did not close", e);
      }
    }
  }

  private void markUnreachable(SQLException failure) {
    if (outage == null) {
      log.warn("The database is not responding: {}", failure.getMessage());
      outage = new StorageException(StorageTrouble.UNREACHABLE, failure);
      onUnreachable.run();
    }
    StorageException known = outage;
    if (known != null) {
      List.copyOf(waiting.values()).forEach(answer -> answer.completeExceptionally(known));
    }
  }

  private void markReachable() {
    if (outage != null) {
      outage = null;
      log.info("The database is responding again");
    }
  }

  @Override
  public void close() {
    thread.shutdownNow();
    thread.close();
    disconnect();
  }
}
