package io.bookbell.server.transfer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static java.util.stream.Collectors.joining;

import io.bookbell.server.config.FileFailureReason;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The named queries that read the replaced system's data: each begins with a line {@code -- name:
 * requests}. Immutable.
 */
public final class QueryMapping {
  private static final Pattern HEADING = Pattern.compile("\\s*--\\s*name\\s*:\\s*(\\S+)\\s*");
  private static final Pattern COMMENT = Pattern.compile("(?m)^\\s*--.*$");

  /** Statements for the time in which both systems serve, which an import doesn't run. */
  static final String CONSUME = "consume";

  static final String REFUND = "refund";
  private static final Set<String> OTHERS = Set.of(CONSUME, REFUND);

  private final Map<LegacyQuery, String> queries;
  private final Map<String, String> statements;

  private QueryMapping(Map<LegacyQuery, String> queries, Map<String, String> statements) {
    this.queries = queries;
    this.statements = statements;
  }

  /** The mapping of the replaced system's own tables. */
  public static QueryMapping ofDefault(boolean postgres) {
    String resource = postgres ? "/transfer/legacy-postgresql.sql" : "/transfer/legacy-sqlite.sql";
    try (InputStream in =
        requireNonNull(QueryMapping.class.getResourceAsStream(resource), resource)) {
      return parse(new String(in.readAllBytes(), UTF_8), resource);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Reads a mapping.
   *
   * @throws TransferException if it isn't one, naming what is missing or wrong
   */
  public static QueryMapping ofFile(Path file) {
    try {
      return parse(Files.readString(file), file.toString());
    } catch (IOException e) {
      throw TransferException.unavailable(
          "The mapping %s cannot be read: %s".formatted(file, FileFailureReason.describeFailure(e)),
          e);
    }
  }

  static QueryMapping parse(String text, String file) {
    var texts = new EnumMap<LegacyQuery, StringBuilder>(LegacyQuery.class);
    var others = new HashMap<String, StringBuilder>();
    @Nullable StringBuilder current = null;
    for (String line : text.lines().toList()) {
      Matcher heading = HEADING.matcher(line);
      if (heading.matches()) {
        current = begin(texts, others, heading.group(1), file);
      } else if (current != null) {
        current.append(line).append('\n');
      }
    }
    var queries = new EnumMap<LegacyQuery, String>(LegacyQuery.class);
    for (LegacyQuery query : LegacyQuery.values()) {
      String sql = texts.containsKey(query) ? strip(texts.get(query).toString()) : "";
      if (sql.isEmpty()) {
        throw new TransferException(
            "The mapping %s has no query “%s”: it begins with the line “-- name: %s” and selects %s"
                .formatted(
                    file,
                    query.queryName(),
                    query.queryName(),
                    String.join(", ", query.columns())));
      }
      queries.put(query, sql);
    }
    var statements = new HashMap<String, String>();
    others.forEach((name, sql) -> statements.put(name, strip(sql.toString())));
    return new QueryMapping(queries, statements);
  }

  private static StringBuilder begin(
      Map<LegacyQuery, StringBuilder> texts,
      Map<String, StringBuilder> others,
      String name,
      String file) {
    var text = new StringBuilder();
    if (OTHERS.contains(name)) {
      if (others.put(name, text) != null) {
        throw new TransferException("The mapping %s has two statements “%s”".formatted(file, name));
      }
      return text;
    }
    LegacyQuery query =
        LegacyQuery.find(name)
            .orElseThrow(
                () ->
                    new TransferException(
                        "The mapping %s has a query “%s”; the names are %s, and consume and refund"
                            .formatted(
                                file,
                                name,
                                Arrays.stream(LegacyQuery.values())
                                    .map(LegacyQuery::queryName)
                                    .collect(joining(", ")))));
    if (texts.put(query, text) != null) {
      throw new TransferException("The mapping %s has two queries “%s”".formatted(file, name));
    }
    return text;
  }

  /** Without comments in lines of their own and the semicolon at the end. */
  private static String strip(String sql) {
    String plain = COMMENT.matcher(sql).replaceAll("").strip();
    return plain.endsWith(";") ? plain.substring(0, plain.length() - 1).strip() : plain;
  }

  /** The text of a query, without a semicolon. */
  String sqlOf(LegacyQuery query) {
    return requireNonNull(queries.get(query));
  }

  /** The text of a statement for the time in which both systems serve, without a semicolon. */
  Optional<String> findStatement(String name) {
    return Optional.ofNullable(statements.get(name)).filter(sql -> !sql.isEmpty());
  }
}
