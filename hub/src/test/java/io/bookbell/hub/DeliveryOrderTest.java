package io.bookbell.hub;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.RepeatedTest;

/**
 * In whatever order changes are committed and announced on two nodes, wherever clients disconnect
 * and reconnect, and over whichever transport: every client sees every number once, in order, with
 * the right message.
 */
class DeliveryOrderTest {
  private static final int USERS = 6;
  private static final int CLIENTS_PER_USER = 3;
  private static final int COMMITTERS = 4;
  private static final int CHANGES = 250;
  private static final int FRAMES_PER_CHANGE = 8;
  private static final long END = 0;
  private static final Pattern NUMBERED = Pattern.compile("\\{\"seq\":(\\d+),\"id\":(\\d+)}");
  private static final Pattern FIRST = Pattern.compile("\\{\"type\":\"(\\w+)\",\"seq\":(\\d+)}");

  private final Seed seed = new Seed(DeliveryOrderTest.class);
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final InMemoryMessageHistory feed =
      new InMemoryMessageHistory(laterInAnyOrder(threads, seed.random(-1)));
  private final AtomicLong lastId = new AtomicLong(END);

  /** Keeps the committers from running ahead of the clients. */
  private final Semaphore framesRead = new Semaphore(0);

  @RepeatedTest(5)
  void everyClientSeesEveryNumberOnceInOrder() throws Exception {
    InProcessBackplane.Bus bus = new InProcessBackplane.Bus();
    List<WebSocketManager> nodes = List.of(node(bus, -2), node(bus, -3));
    List<HubServer> servers = nodes.stream().map(HubServer::new).toList();
    List<Future<Long>> clients = new ArrayList<>();
    for (int number = 0; number < USERS * CLIENTS_PER_USER; number++) {
      clients.add(threads.submit(client(number, servers)));
    }
    threads.invokeAll(
        IntStream.range(0, COMMITTERS).mapToObj(number -> committer(number, nodes)).toList());
    feed.commit(message(END), users(USERS));
    pollUntil(nodes, () -> clients.stream().allMatch(Future::isDone));
    for (Future<Long> client : clients) {
      assertThat(client.get()).as(seed.toString()).isPositive();
    }
    HubStatistics done = nodes.getFirst().statistics();
    assertThat(done.gaps()).as("gaps were provoked").isPositive();
    assertThat(done.repeated()).as("repetitions were provoked").isPositive();
    assertThat(done.delivered()).as("messages were delivered live").isPositive();
    System.out.println(done);
    servers.forEach(HubServer::close);
    assertThat(nodes).allMatch(node -> node.registrySize() == 0);
    threads.close();
  }

  private WebSocketManager node(InProcessBackplane.Bus bus, int number) {
    HubOptions options =
        HubOptions.defaults()
            .withQueue(new HubOptions.Queue(1 << 20, 4096, 7, Duration.ofSeconds(30)));
    return new WebSocketManager(
        "test",
        options,
        feed,
        (connection, text) -> connection.replyText("unexpected"),
        new ShakyBackplane(bus.addNode(), seed.random(number)),
        InstantSource.system());
  }

  /** Commits in one order and announces in another, on any node. */
  private Callable<Void> committer(int number, List<WebSocketManager> nodes) {
    RandomGenerator random = seed.random(number);
    return () -> {
      List<List<Delivery>> unannounced = new ArrayList<>();
      for (int change = 0; change < CHANGES; change++) {
        framesRead.tryAcquire(FRAMES_PER_CHANGE, 10, TimeUnit.MILLISECONDS);
        unannounced.add(commit(random));
        while (!unannounced.isEmpty() && random.nextInt(3) > 0) {
          Collections.shuffle(unannounced, Random.from(random));
          nodes.get(random.nextInt(nodes.size())).broadcast(unannounced.removeLast());
        }
      }
      return null;
    };
  }

  private List<Delivery> commit(RandomGenerator random) {
    return IntStream.rangeClosed(1, 1 + random.nextInt(3))
        .mapToObj(_ -> feed.commit(message(lastId.incrementAndGet()), someUsers(random)))
        .toList();
  }

  private static String message(long id) {
    return "{\"id\":" + id + "}";
  }

  private static Set<UserId> someUsers(RandomGenerator random) {
    return users(USERS).stream().filter(_ -> random.nextBoolean()).collect(Collectors.toSet());
  }

  private static Set<UserId> users(int count) {
    return IntStream.rangeClosed(1, count).mapToObj(UserId::new).collect(Collectors.toSet());
  }

  /** Announces what a poll would find in the histories, as when announcements are lost. */
  private void pollUntil(List<WebSocketManager> nodes, Callable<Boolean> done) {
    Awaitility.await()
        .atMost(Duration.ofSeconds(60))
        .pollInterval(Duration.ofMillis(50))
        .until(
            () -> {
              nodes.forEach(node -> node.announce(feed.heads()));
              return done.call();
            });
  }

  /**
   * Reads, disconnects and reconnects to any node until it has seen the end; returns its position.
   */
  private Callable<Long> client(int number, List<HubServer> servers) {
    RandomGenerator random = seed.random(1000 + number);
    UserId user = new UserId(1 + number % USERS);
    return () -> {
      long position = -1;
      while (true) {
        int port = servers.get(random.nextInt(servers.size())).port();
        boolean knows = position >= 0 && random.nextInt(5) > 0;
        String query = "user=" + user + (knows ? "&since=" + position : "");
        try (RawClient socket = new RawClient(port)) {
          Supplier<String> messages = messages(socket, query, random.nextInt(3), random);
          position = first(messages.get(), knows ? position : -1);
          if (isEnd(user, position)) {
            return position;
          }
          int frames = 1 + random.nextInt(60);
          for (int frame = 0; frame < frames; frame++) {
            Matcher numbered = match(NUMBERED, messages.get());
            framesRead.release();
            assertThat(Long.parseLong(numbered.group(1))).as(seed::toString).isEqualTo(++position);
            assertThat(feed.committed(user, position)).isEqualTo(message(id(numbered)));
            if (isEnd(user, position)) {
              return position;
            }
          }
          if (random.nextBoolean()) {
            socket.reset();
          }
        }
      }
    };
  }

  /** Reads over one of the three transports. */
  private static Supplier<String> messages(
      RawClient client, String query, int transport, RandomGenerator random) {
    return switch (transport) {
      case 0 -> client.open(query)::readText;
      case 1 -> {
        client.openStream(query);
        yield () -> client.readEvent().getLast().substring("data: ".length());
      }
      default -> polled(client, query, random);
    };
  }

  /** The messages of one poll after the other. */
  private static Supplier<String> polled(RawClient client, String query, RandomGenerator random) {
    Deque<String> read = new ArrayDeque<>();
    String[] next = {query};
    return () -> {
      boolean isFirst = next[0].equals(query);
      while (read.isEmpty()) {
        int limit = 1 + random.nextInt(20);
        List<String> lines = client.poll(next[0] + "&wait=20000&limit=" + limit);
        next[0] = query.replaceFirst("&.*", "") + "&since=" + lines.getFirst().substring(9);
        read.addAll(lines.subList(1, lines.size()));
        if (isFirst && (read.isEmpty() || !FIRST.matcher(read.getFirst()).matches())) {
          read.addFirst("{\"type\":\"resumed\",\"seq\":0}");
        }
      }
      return read.removeFirst();
    };
  }

  private boolean isEnd(UserId user, long position) {
    return position > 0 && feed.committed(user, position).equals(message(END));
  }

  private static long id(Matcher numbered) {
    return Long.parseLong(numbered.group(2));
  }

  private static long first(String text, long since) {
    Matcher first = match(FIRST, text);
    return first.group(1).equals("resumed") ? since : Long.parseLong(first.group(2));
  }

  private static Matcher match(Pattern form, String text) {
    Matcher matcher = form.matcher(text);
    assertThat(matcher.matches()).as(text).isTrue();
    return matcher;
  }

  /** Runs tasks after random delays, so that results of the history overtake each other. */
  private static Executor laterInAnyOrder(Executor executor, RandomGenerator random) {
    return task -> {
      long delay;
      synchronized (random) {
        delay = random.nextInt(4);
      }
      CompletableFuture.delayedExecutor(delay, TimeUnit.MILLISECONDS, executor).execute(task);
    };
  }
}
