package io.bookbell.server.storage.sqlite;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bookbell.server.storage.TimeSource;
import io.bookbell.server.storage.Transaction;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SqliteDatabaseTest {
  @TempDir private Path folder;

  private final List<String> happened = new CopyOnWriteArrayList<>();
  private SqliteDatabase database;

  @BeforeEach
  void open() {
    database = new SqliteDatabase(folder.resolve("test.db"), TimeSource.of(InstantSource.system()));
  }

  @AfterEach
  void close() {
    database.close();
  }

  /** Reads fill caches in such hooks, as writes do. */
  @Test
  void aHookOfAReadRunsBeforeTheAnswer() throws Exception {
    database.read(this::registerHook).thenRun(() -> happened.add("answer")).get(10, SECONDS);

    assertThat(happened).containsExactly("work", "hook", "answer");
  }

  @Test
  void noHookRunsAfterAReadThatFailed() {
    var read =
        database.read(
            tx -> {
              registerHook(tx);
              throw new IllegalStateException("refused");
            });

    assertThatThrownBy(() -> read.get(10, SECONDS)).hasRootCauseMessage("refused");
    assertThat(happened).containsExactly("work");
  }

  private boolean registerHook(Transaction tx) {
    tx.afterCommit(() -> happened.add("hook"));
    return happened.add("work");
  }
}
