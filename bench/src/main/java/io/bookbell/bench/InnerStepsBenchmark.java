package io.bookbell.bench;

import io.bookbell.bench.fanout.Population;
import io.bookbell.hub.Connection;
import io.bookbell.hub.Message;
import io.bookbell.hub.UserId;
import io.bookbell.server.creator.Creator;
import io.bookbell.server.creator.CreatorRow;
import io.bookbell.server.creator.CreatorStore;
import io.bookbell.server.creator.CreatorUpdates;
import io.bookbell.server.http.BasePath;
import io.bookbell.server.storage.TimeSource;
import io.bookbell.server.storage.Transaction;
import io.bookbell.server.storage.sqlite.SqliteDatabase;
import io.bookbell.server.team.AdminCache;
import io.netty.channel.embedded.EmbeddedChannel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** Measures the steps of delivering a message one by one. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgsAppend = "-XX:+UseCompactObjectHeaders")
public class InnerStepsBenchmark {
  private static final int USERS = 10_000;
  private static final UserId CREATOR = new UserId(Population.CREATOR);

  private final Creator creator =
      new Creator(CREATOR, "Bench", true, "x".repeat(300), "", true, false, null, null, 1);
  private final Message message = CreatorUpdates.toMessage(creator);
  private final QuietHub hub = new QuietHub();
  private final EmbeddedChannel channel = new EmbeddedChannel();
  private final AdminCache adminCache = new AdminCache();
  private final UserId user = new UserId(USERS + 1);
  private final SqliteDatabase database = database();
  private final Transaction transaction = database.read(tx -> tx).join();
  private final CreatorRow row =
      database.read(tx -> new CreatorStore(BasePath.NONE).get(tx, CREATOR)).join();
  private final Connection connection;

  public InnerStepsBenchmark() {
    for (int id = 1; id <= USERS; id++) {
      hub.connect(new EmbeddedChannel(), new UserId(id));
    }
    connection = hub.connect(channel, user);
    QuietHub.written(channel);
    database.read(tx -> adminCache.adminsOf(tx, row)).join();
  }

  private static SqliteDatabase database() {
    try {
      Path data = Files.createTempDirectory("bookbell-bench");
      Path file = data.resolve("bookbell.db");
      new SqliteDatabase(file, TimeSource.of(InstantSource.system())).close();
      Population.lay(data, 10);
      return new SqliteDatabase(file, TimeSource.of(InstantSource.system()));
    } catch (IOException | SQLException e) {
      throw new IllegalStateException("The database of the benchmark could not be made", e);
    }
  }

  @TearDown
  public void close() {
    hub.close();
    database.close();
  }

  /** From a change to the encoded message. */
  @Benchmark
  public Message encodeOnce() {
    return CreatorUpdates.toMessage(creator);
  }

  /** Looks up one user's connections among ten thousand users. */
  @Benchmark
  public List<Connection> targetLookUp() {
    return hub.manager().connectionsOf(user);
  }

  /** Finds the admins in the cache; the transaction is over, so a miss would fail. */
  @Benchmark
  public Set<UserId> adminCacheHit() {
    return adminCache.adminsOf(transaction, row);
  }

  /** From a message to the written frame, including the flush. */
  @Benchmark
  public int queueOffer() {
    connection.send(message);
    return QuietHub.written(channel);
  }
}
