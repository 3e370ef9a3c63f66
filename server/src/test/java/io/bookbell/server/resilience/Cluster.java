package io.bookbell.server.resilience;

import static org.assertj.core.api.Assertions.assertThat;

import io.bookbell.server.config.ServerConfig.StorageConfig;
import io.bookbell.server.resilience.workload.OwnPostgres;
import io.bookbell.server.resilience.workload.ServerProcess;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;

/** Three nodes with the demonstration data. Confined to one thread, except {@link #anyUrl}. */
final class Cluster implements AutoCloseable {
  private static final int SIZE = 3;

  private final Deque<AutoCloseable> open = new ArrayDeque<>();
  private final Path folder;
  private OwnPostgres postgres;
  private OwnRedis redis;
  private List<Node> nodes;

  /** Starts PostgreSQL, Redis and the nodes. */
  Cluster(Path folder) {
    this.folder = folder;
    try {
      start();
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  private void start() {
    postgres = opened(new OwnPostgres(folder.resolve("postgres")));
    redis = opened(new OwnRedis(folder));
    layData();
    var storage = (StorageConfig.PostgresConfig) postgres.storage();
    nodes =
        Stream.generate(() -> opened(new Node(folder, storage, redis.port()))).limit(SIZE).toList();
    nodes.forEach(Node::start);
    nodes.forEach(Node::awaitReady);
  }

  private <T extends AutoCloseable> T opened(T part) {
    open.push(part);
    return part;
  }

  /**
   * Creates the demonstration data. Shuts down in order, so that the process writes the class
   * archive with which the others start faster.
   */
  private void layData() {
    try (var demo = run("demo")) {
      demo.awaitReady();
      demo.terminate();
      demo.awaitEnd();
    }
  }

  private ServerProcess run(String command) {
    return ServerProcess.start(folder, ServerProcess.settings(postgres.storage(), 0), command);
  }

  StorageConfig storage() {
    return postgres.storage();
  }

  OwnPostgres postgres() {
    return postgres;
  }

  OwnRedis redis() {
    return redis;
  }

  List<Node> nodes() {
    return nodes;
  }

  /** The URL of a random node, which may be down. */
  String anyUrl() {
    return nodes.get(ThreadLocalRandom.current().nextInt(SIZE)).url();
  }

  /** Runs {@code bookbell verify} on the data. */
  void verify() {
    try (var verify = run("verify")) {
      assertThat(verify.awaitEnd()).as(verify.output()).isZero();
    }
  }

  @Override
  public void close() {
    while (!open.isEmpty()) {
      try {
        open.pop().close();
      } catch (Exception e) {
        System.err.println("Not ended in order: " + e);
      }
    }
  }
}
