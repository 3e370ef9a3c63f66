package io.bookbell.server;

import com.fasterxml.jackson.databind.JsonNode;
import io.bookbell.server.config.ServerConfig.StorageConfig;
import io.bookbell.server.config.ServerConfig.StorageConfig.PostgresConfig;
import io.bookbell.server.config.ServerConfig.StorageConfig.SqliteConfig;
import io.bookbell.server.json.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import org.jooq.ExecuteContext;
import org.jooq.ExecuteListener;

/**
 * Records every executed statement once per form, and finds problems in their query plans.
 * Thread-safe.
 */
public final class Statements implements ExecuteListener {
  private static final long serialVersionUID = 1L;

  private static final Pattern EXPLAINABLE =
      Pattern.compile("^\\s*(select|insert|update|delete|with)\\b.*", Pattern.DOTALL);

  /** Lists whose length varies. */
  private static final Pattern LISTS =
      Pattern.compile("\\(\\?(, \\?)*\\)(, \\(\\?(, \\?)*\\))*|( when \\? then [^ ]+)+");

  /** Makes PostgreSQL assume that every page of a table holds a million rows. */
  private static final String LARGE =
      "UPDATE pg_class SET reltuples = 1000000, relpages = 1"
          + " WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace";

  private final Map<String, String> forms = new ConcurrentHashMap<>();

  @Override
  public void executeStart(ExecuteContext context) {
    String sql = context.sql();
    if (sql != null && context.query() != null && EXPLAINABLE.matcher(sql).matches()) {
      forms.computeIfAbsent(
          LISTS.matcher(sql).replaceAll("(…)"), _ -> context.dsl().renderInlined(context.query()));
    }
  }

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
    try (var plan = statement.executeQuery("EXPLAIN QUERY PLAN " + sql)) {
      while (plan.next()) {
        String step = plan.getString("detail");
        boolean scan =
            step.startsWith("SCAN ") && !step.matches("SCAN (CONSTANT ROW|\\d+.*VALUES.*)");
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
