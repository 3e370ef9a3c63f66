package io.bookbell.server.resilience.workload;

import io.bookbell.server.config.ServerConfig.StorageConfig;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

/**
 * A PostgreSQL with nothing switched off, which can be killed and started again on its data. For
 * one thread.
 */
public final class OwnPostgres implements AutoCloseable {
  private final Path folder;
  private final int port;
  private EmbeddedPostgres running;

  /**
   * Starts it.
   *
   * @param folder which it makes for its data
   */
  public OwnPostgres(Path folder) {
    this.folder = folder;
    this.running = start(0);
    this.port = running.getPort();
  }

  private EmbeddedPostgres start(int wantedPort) {
    try {
      var builder =
          EmbeddedPostgres.builder()
              .setDataDirectory(folder)
              .setCleanDataDirectory(false)
              .setServerConfig("max_connections", "200")
              .setServerConfig("fsync", "on")
              .setServerConfig("full_page_writes", "on")
              .setServerConfig("synchronous_commit", "on");
      return (wantedPort == 0 ? builder : builder.setPort(wantedPort)).start();
    } catch (IOException e) {
      throw new UncheckedIOException("The embedded PostgreSQL did not start", e);
    }
  }

  public StorageConfig storage() {
    return new StorageConfig.PostgresConfig(
        "jdbc:postgresql://127.0.0.1:" + port + "/postgres", "postgres", "");
  }

  /** {@code kill -9} to each of its processes. */
  public void kill() {
    List<ProcessHandle> processes = processes();
    processes.forEach(ProcessHandle::destroyForcibly);
    CompletableFuture.allOf(
            processes.stream().map(ProcessHandle::onExit).toArray(CompletableFuture[]::new))
        .join();
    close(); // lets go of its lock on the folder
  }

  /** What it consists of at present. */
  public List<ProcessHandle> processes() {
    ProcessHandle postmaster = running.getProcess().toHandle();
    return Stream.concat(Stream.of(postmaster), postmaster.descendants()).toList();
  }

  /** After {@link #kill}: on the same port, with what the write-ahead log brings back. */
  public void restart() {
    running = start(port);
  }

  @Override
  public void close() {
    try {
      running.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
