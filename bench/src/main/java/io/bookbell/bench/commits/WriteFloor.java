package io.bookbell.bench.commits;

import io.bookbell.bench.commits.People.Circle;
import io.bookbell.bench.process.Processes;
import io.bookbell.server.config.ServerConfig.StorageConfig.PostgresConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * Writes the rows of a create into PostgreSQL by the barest program: one connection, one round trip
 * for each create, nothing read, decided or delivered. What a create costs beyond that is what
 * Bookbell does around it.
 */
final class WriteFloor {
  private static final int MESSAGES = 4;
  private static final String BODY = "x".repeat(300);

  /** The request, the pending count and the notification for each admin. */
  private static final int MESSAGES_OF_ADMIN = 3;

  /** Everything that a create writes, with the row that keeps the commands of a creator apart. */
  private static final String CREATE =
      """
      SELECT id FROM creator WHERE id = ? FOR NO KEY UPDATE;
      UPDATE membership SET used = used + 1 WHERE creator_id = ? AND user_id = ?;
      UPDATE creator SET pending_count = pending_count + 1 WHERE id = ?;
      WITH request AS (
        INSERT INTO book_request (id, creator_id, user_id, title, author, status, created_at,
          updated_at)
        VALUES (?, ?, ?, ?, 'Somebody', 'pending', 0, 0)),
      word AS (
        INSERT INTO request_word (creator_id, word, request_id, of_book)
        SELECT ?, given.word, ?, TRUE FROM unnest(?::varchar[]) AS given (word)
        ON CONFLICT DO NOTHING),
      line AS (
        INSERT INTO quota_ledger (creator_id, user_id, kind, amount, request_id, period_key,
          used_after, allowed, actor_id, created_at)
        VALUES (?, ?, 'consume', 1, ?, '-', 1, 1000000, ?, 0)),
      news AS (
        INSERT INTO notification (id, creator_id, kind, request_id, text, details, created_at)
        VALUES (?, ?, 'request_created', ?, '', '{}', 0)),
      recipient AS (
        INSERT INTO notification_recipient (user_id, notification_id, creator_id, as_admin)
        SELECT given.user_id, ?, ?, TRUE FROM unnest(?::int8[]) AS given (user_id)),
      entry AS (
        INSERT INTO activity (creator_id, actor_id, kind, request_id, detail, details, created_at)
        VALUES (?, ?, 'request_created', ?, '', '{}', 0)),
      answer AS (
        INSERT INTO idempotency_key (user_id, idempotency_key, route, body_hash, answer, created_at)
        VALUES (?, ?, 'POST /api/book-requests', 'hash', ?, 0)),
      body AS (
        INSERT INTO message (id, request_id, revision, body, created_at)
        SELECT given.id, given.request_id, given.revision, ?, 0
        FROM unnest(?::int8[], ?::int8[], ?::int4[]) AS given (id, request_id, revision))
      INSERT INTO inbox (user_id, seq, message_id)
      SELECT given.user_id, given.seq, given.message_id
      FROM unnest(?::int8[], ?::int8[], ?::int8[]) AS given (user_id, seq, message_id);
      UPDATE inbox_head SET seq = given.seq
      FROM unnest(?::int8[], ?::int8[]) AS given (user_id, seq)
      WHERE inbox_head.user_id = given.user_id;
      COMMIT""";

  private final Connection connection;
  private final long creator;
  private final List<Long> admins;
  private final List<Long> supporters;
  private final Map<Long, Long> heads = new HashMap<>();
  private long request;
  private long message;
  private long notification;

  private WriteFloor(Connection connection, Circle circle) throws SQLException {
    this.connection = connection;
    this.creator = circle.creator().value();
    this.admins = circle.admins().stream().map(person -> person.id().value()).toList();
    this.supporters = circle.supporters().stream().map(person -> person.id().value()).toList();
    this.message = readNumber("SELECT coalesce(max(id), 0) FROM message");
    this.notification = readNumber("SELECT coalesce(max(id), 0) FROM notification");
    for (long user : Stream.concat(admins.stream(), supporters.stream()).toList()) {
      heads.put(user, readNumber("SELECT seq FROM inbox_head WHERE user_id = " + user));
    }
    connection.commit();
  }

  private long readNumber(String sql) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql);
        ResultSet rows = statement.executeQuery()) {
      rows.next();
      return rows.getLong(1);
    }
  }

  /**
   * What a create costs.
   *
   * @param program µs of this process, with the compilers
   * @param database µs of PostgreSQL
   */
  record Floor(double perSecond, long program, long database) {}

  /** Measures for some time after a warm-up. */
  static Floor measure(Path folder, Duration warmUp, Duration time)
      throws IOException, SQLException {
    try (PostgresServer postgres = PostgresServer.start(folder.resolve("floor"))) {
      String url = postgres.jdbcUrl();
      Circle circle = People.lay(new PostgresConfig(url, PostgresServer.USER, ""), 1).getFirst();
      try (Connection connection = DriverManager.getConnection(url, PostgresServer.USER, "")) {
        connection.setAutoCommit(false);
        var floor = new WriteFloor(connection, circle);
        floor.createFor(warmUp);
        long program = Processes.cpuMicros(ProcessHandle.current());
        long database = postgres.cpuMicros();
        long begin = System.nanoTime();
        int creates = floor.createFor(time);
        double seconds = (System.nanoTime() - begin) / 1e9;
        return new Floor(
            creates / seconds,
            (Processes.cpuMicros(ProcessHandle.current()) - program) / creates,
            (postgres.cpuMicros() - database) / creates);
      }
    }
  }

  private int createFor(Duration time) throws SQLException {
    long end = System.nanoTime() + time.toNanos();
    int creates = 0;
    while (System.nanoTime() - end < 0) {
      create(supporters.get(creates % supporters.size()));
      creates++;
    }
    return creates;
  }

  private void create(long user) throws SQLException {
    request++;
    notification++;
    var values = new ArrayList<>();
    values.addAll(List.of(creator, creator, user, creator));
    values.addAll(List.of(request, creator, user, "Book " + request));
    values.addAll(List.of(creator, request, texts("book", Long.toString(request), "somebody")));
    values.addAll(List.of(creator, user, request, user));
    values.addAll(List.of(notification, creator, request));
    values.addAll(List.of(notification, creator, numbers(admins)));
    values.addAll(List.of(creator, user, request));
    values.addAll(List.of(user, UUID.randomUUID().toString(), BODY));
    values.addAll(
        List.of(BODY, numbers(LongStream.rangeClosed(1, MESSAGES).map(n -> message + n))));
    values.add(connection.createArrayOf("int8", new Long[] {request, null, null, null}));
    values.add(connection.createArrayOf("int4", new Integer[] {1, null, null, null}));
    addInboxes(values, user);
    message += MESSAGES;
    try (PreparedStatement statement = connection.prepareStatement(CREATE)) {
      for (int place = 0; place < values.size(); place++) {
        statement.setObject(place + 1, values.get(place));
      }
      statement.execute();
    }
  }

  private void addInboxes(List<Object> values, long user) throws SQLException {
    var users = new ArrayList<Long>();
    var seqs = new ArrayList<Long>();
    var messages = new ArrayList<Long>();
    for (long admin : admins) {
      for (int number = 1; number <= MESSAGES_OF_ADMIN; number++) {
        users.add(admin);
        seqs.add(heads.merge(admin, 1L, Long::sum));
        messages.add(message + number);
      }
    }
    for (long own : List.of(message + 1, message + MESSAGES)) { // the request and the quota
      users.add(user);
      seqs.add(heads.merge(user, 1L, Long::sum));
      messages.add(own);
    }
    values.addAll(List.of(numbers(users), numbers(seqs), numbers(messages)));
    List<Long> all = Stream.concat(admins.stream(), Stream.of(user)).toList();
    values.addAll(List.of(numbers(all), numbers(all.stream().map(heads::get).toList())));
  }

  private Object numbers(LongStream numbers) throws SQLException {
    return numbers(numbers.boxed().toList());
  }

  private Object numbers(List<Long> numbers) throws SQLException {
    return connection.createArrayOf("int8", numbers.toArray());
  }

  private Object texts(String... texts) throws SQLException {
    return connection.createArrayOf("varchar", texts);
  }
}
