package io.bookbell.server.request;

import static org.assertj.core.api.Assertions.assertThat;

import io.bookbell.hub.UserId;
import io.bookbell.server.Cast;
import io.bookbell.server.Services;
import io.bookbell.server.TestServer;
import io.bookbell.server.config.ServerConfig;
import io.bookbell.server.storage.sql.SqlListener;
import io.bookbell.server.storage.sql.SqlSession.ExecutedStatement;
import io.bookbell.server.support.TestDatabase;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The cost of a reply doesn't depend on earlier replies. */
class ThreadCostTest {
  private static final int REPLIES = 1_000;
  private static final int MAX_PER_THREAD = 500;

  /** A tolerance, because later ids and numbers have more digits. */
  private static final int DIGITS = 40;

  @TempDir Path folder;

  /** Counts the statements of one command, but not those of savepoints around it. */
  private static final class Count implements SqlListener {
    private final AtomicInteger statements = new AtomicInteger();
    private volatile Thread counted = Thread.currentThread();

    /** Starts counting the statements of this thread; the server runs others on its own threads. */
    void begin() {
      counted = Thread.currentThread();
      statements.set(0);
    }

    @Override
    public void beforeSend(List<ExecutedStatement> together) {
      together.forEach(this::count);
    }

    private void count(ExecutedStatement statement) {
      if (Thread.currentThread().equals(counted) && !statement.sql().contains("SAVEPOINT")) {
        statements.incrementAndGet();
      }
    }

    int taken() {
      return statements.getAndSet(0);
    }
  }

  @ParameterizedTest
  @EnumSource
  void aThousandRepliesCostTheSameEach(TestDatabase database) {
    var count = new Count();
    List<Integer> statements = Collections.synchronizedList(new ArrayList<>());
    var texts = new ArrayList<Integer>();
    try (var server = TestServer.watched(created(database), count)) {
      Cast cast = server.cast();
      var services = new Services(Services.ClientNotifier.noOp());
      var supporter = new UserId(cast.supporter().id());
      String body = "x".repeat(4000);
      for (int thread = 0; thread < REPLIES / MAX_PER_THREAD; thread++) {
        long request = cast.supporter().ask(cast.creator(), "Volume " + thread);
        for (int reply = 0; reply < MAX_PER_THREAD; reply++) {
          boolean isCounted = reply >= 3;
          server
              .database()
              .write(
                  tx -> {
                    count.begin();
                    if (isCounted) { // on the thread of the command, before it takes another one
                      tx.afterCommit(() -> statements.add(count.taken()));
                    }
                    return services.requests.addReply(tx, supporter, request, body);
                  })
              .join();
        }
        texts.addAll(lengths(server, request));
        assertThat(
                cast.supporter()
                    .client()
                    .post("/api/book-requests/" + request + "/reply", Map.of("body", "One more"))
                    .expect(409)
                    .code())
            .isEqualTo("thread_full");
        assertThat(sizeOfList(cast)).isLessThan(20_000 * (thread + 1));
      }
    }

    assertThat(statements).hasSizeGreaterThan(900);
    assertThat(statements.stream().distinct()).as("statements of a reply").hasSize(1);
    int least = texts.stream().min(Integer::compare).orElseThrow();
    assertThat(texts).as("bytes of a message").allMatch(bytes -> bytes <= least + DIGITS);
  }

  private ServerConfig.StorageConfig created(TestDatabase database) {
    ServerConfig.StorageConfig storageConfig = database.create(folder);
    if (storageConfig instanceof ServerConfig.StorageConfig.SqliteConfig(Path data)) {
      assertThat(data.toFile().exists() || data.toFile().mkdirs()).isTrue();
    }
    return storageConfig;
  }

  private static int sizeOfList(Cast cast) {
    return cast.supporter().client().get("/api/book-requests").raw().body().length();
  }

  /** The lengths of the messages that announce replies, starting with the third reply. */
  private static List<Integer> lengths(TestServer server, long request) {
    return server
        .database()
        .read(
            tx ->
                tx.query("SELECT body FROM message WHERE request_id = ? AND revision > 3", request)
                    .list(row -> row.getString("body").length()))
        .join();
  }
}
