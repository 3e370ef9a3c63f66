package io.bookbell.bench.commits;

import io.bookbell.bench.process.Processes;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A PostgreSQL for one server alone, so that all of its CPU time is for that server. */
final class PostgresServer implements AutoCloseable {
  static final String USER = "postgres";

  private final EmbeddedPostgres postgres;
  private final ProcessHandle postmaster;

  private PostgresServer(EmbeddedPostgres postgres, ProcessHandle postmaster) {
    this.postgres = postgres;
    this.postmaster = postmaster;
  }

  /** Starts it on a new folder. It syncs each commit to disk. */
  static PostgresServer start(Path folder) throws IOException {
    var postgres =
        EmbeddedPostgres.builder()
            .setDataDirectory(folder)
            .setServerConfig("fsync", "on")
            .setServerConfig("synchronous_commit", "on")
            .start();
    String pid = Files.readAllLines(folder.resolve("postmaster.pid")).getFirst();
    return new PostgresServer(postgres, ProcessHandle.of(Long.parseLong(pid)).orElseThrow());
  }

  String jdbcUrl() {
    return postgres.getJdbcUrl(USER, USER).replaceFirst("\\?.*", "");
  }

  /** The address as SQLAlchemy wants it. */
  String sqlalchemyUrl() {
    return "postgresql+psycopg2://%s@localhost:%d/%s".formatted(USER, postgres.getPort(), USER);
  }

  /** The CPU time of all its processes, also of those that have ended, in µs. */
  long cpuMicros() {
    return Processes.cpuMicrosWithEnded(postmaster);
  }

  @Override
  public void close() throws IOException {
    postgres.close();
  }
}
