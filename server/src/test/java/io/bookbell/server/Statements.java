package io.bookbell.server;

import static java.util.stream.Collectors.joining;

import com.fasterxml.jackson.databind.JsonNode;
import io.bookbell.hub.UserId;
import io.bookbell.server.config.ServerConfig.StorageConfig;
import io.bookbell.server.config.ServerConfig.StorageConfig.PostgresConfig;
import io.bookbell.server.config.ServerConfig.StorageConfig.SqliteConfig;
import io.bookbell.server.json.Json;
import io.bookbell.server.storage.sql.SqlArray;
import io.bookbell.server.storage.sql.SqlListener;
import io.bookbell.server.storage.sql.SqlSession.ExecutedStatement;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;

/**
 * Records every executed statement once per form, and finds problems in their query plans.
 * Thread-safe.
 */
public final class Statements implements SqlListener {
  private static final Pattern EXPLAINABLE =
      Pattern.compile(
          "^\\s*(SELECT|INSERT|UPDATE|DELETE|WITH)\\b.*",
          Pattern.DOTALL | Pattern.CASE_INSENSITIVE);

  /** Lists whose length varies. */
  private static final Pattern LISTS = Pattern.compile("\\(\\?(, \\?)*\\)(, \\(\\?(, \\?)*\\))*");

  private static final Pattern TUPLE_AFTER_IN = Pattern.compile("\\) IN \\(\\s*VALUES");

  /** Makes PostgreSQL assume that every page of a table holds a million rows. */
  private static final String LARGE =
      "UPDATE pg_class SET reltuples = 1000000, relpages = 1"
          + " WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace";

  /** By its form, the text of a statement with its values in it. */
  private final Map<String, String> forms = new ConcurrentHashMap<>();

  @Override
  public void beforeSend(List<ExecutedStatement> together) {
    together.forEach(this::record);
  }

  private void record(ExecutedStatement statement) {
    if (EXPLAINABLE.matcher(statement.sql()).matches()) {
      forms.computeIfAbsent(form(statement.sql()), _ -> inlined(statement));
    }
  }

  /** The text in one line, with lists of any length written alike. */
  private static String form(String sql) {
    return LISTS.matcher(sql.strip().replaceAll("\\s+", " ")).replaceAll("(…)");
  }

  private static String inlined(ExecutedStatement statement) {
    String sql = statement.sql();
    var text = new StringBuilder();
    int from = 0;
    for (Object value : statement.values()) {
      int place = sql.indexOf('?', from);
      text.append(sql, from, place).append(literal(value));
      from = place + 1;
    }
    return text.append(sql, from, sql.length()).toString();
  }

  private static String literal(Object value) {
    return switch (value) {
      case null -> "NULL";
      case String text -> "'" + text.replace("'", "''") + "'";
      case Boolean flag -> flag ? "TRUE" : "FALSE";
      case UserId user -> Long.toString(user.value());
      case Instant time -> Long.toString(time.toEpochMilli());
      case Number number -> number.toString();
      case byte[] bytes -> "'\\x" + HexFormat.of().formatHex(bytes) + "'";
      case SqlArray(String type, List<?> values) ->
          "CAST(" + arrayLiteral(values) + " AS " + type + "[])";
      default -> throw new IllegalArgumentException("No literal for " + value.getClass());
    };
  }

  private static String arrayLiteral(List<?> values) {
    return values.stream().map(Statements::literal).collect(joining(", ", "ARRAY[", "]"));
  }

  /**
   * Whether some form contains a text, in which words are separated by single spaces and lists are
   * {@code (…)}.
   */
  public boolean anyContains(String part) {
    return forms.keySet().stream().anyMatch(form -> form.contains(part));
  }

  /** The problems in each statement's query plan, by the statement's form. */
  public Map<String, List<String>> objections(StorageConfig storageConfig) {
    var objections = new TreeMap<String, List<String>>();
    try (Connection connection = connect(storageConfig);
        Statement statement = connection.createStatement()) {
      for (Map.Entry<String, String> form : forms.entrySet()) {
        List<String> found =
            storageConfig instanceof SqliteConfig
                ? sqlite(statement, form.getValue())
                : postgres(statement, form.getValue());
        if (!found.isEmpty()) {
          objections.put(form.getKey(), found);
        }
      }
    } catch (SQLException e) {
      throw new IllegalStateException("A statement could not be explained", e);
    }
    return objections;
  }

  private static Connection connect(StorageConfig storageConfig) throws SQLException {
    return switch (storageConfig) {
      case SqliteConfig(var folder) ->
          DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("bookbell.db"));
      case PostgresConfig(String url, String user, String password) -> {
        Connection connection = DriverManager.getConnection(url, user, password);
        try (var statement = connection.createStatement()) {
          statement.execute(LARGE);
          statement.execute("DELETE FROM pg_statistic");
          statement.execute("SET enable_seqscan = off"); // uses an index wherever there is one
        }
        yield connection;
      }
    };
  }

  private static List<String> sqlite(Statement statement, String sql) throws SQLException {
    var found = new ArrayList<String>();
    if (TUPLE_AFTER_IN.matcher(sql).find()) {
      found.add("IN (VALUES ...) may look up no more than the first column");
    }
    try (var plan = statement.executeQuery("EXPLAIN QUERY PLAN " + sql)) {
      while (plan.next()) {
        String step = plan.getString("detail");
        boolean scan =
            step.startsWith("SCAN ")
                && !step.matches("SCAN (CONSTANT ROW|\\d+ CONSTANT ROWS|\\d+.*VALUES.*)");
        if (scan || step.startsWith("USE TEMP B-TREE FOR ORDER BY")) {
          found.add(step);
        }
      }
    }
    return found;
  }

  private static List<String> postgres(Statement statement, String sql) throws SQLException {
    var found = new ArrayList<String>();
    try (var plan = statement.executeQuery("EXPLAIN (FORMAT JSON) " + sql)) {
      plan.next();
      scans(Json.readTree(plan.getString(1)).at("/0/Plan"), found);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return found;
  }

  private static void scans(JsonNode node, List<String> found) {
    String type = node.path("Node Type").asText();
    boolean whole =
        type.equals("Seq Scan") || (type.matches("Index.*Scan") && !node.has("Index Cond"));
    if (whole) {
      found.add("SCAN " + node.path("Relation Name").asText() + " (" + type + ")");
    }
    node.path("Plans").forEach(below -> scans(below, found));
  }
}
