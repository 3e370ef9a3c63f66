package io.bookbell.server.backup;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.RuntimeJsonMappingException;
import io.bookbell.server.cluster.ServingNodes;
import io.bookbell.server.config.FileFailureReason;
import io.bookbell.server.inbox.EpochStore;
import io.bookbell.server.inbox.EpochStore.InstallationNames;
import io.bookbell.server.json.Json;
import io.bookbell.server.membership.SourceService;
import io.bookbell.server.outbox.OutboxStore;
import io.bookbell.server.quota.PeriodRollover;
import io.bookbell.server.request.ReplyStore;
import io.bookbell.server.storage.Database;
import io.bookbell.server.storage.DatabaseFailureReason;
import io.bookbell.server.storage.IdentitySequences;
import io.bookbell.server.storage.TableEraser;
import io.bookbell.server.storage.Transaction;
import io.bookbell.server.storage.check.TableDefinition;
import io.bookbell.server.storage.check.TableDefinition.ColumnDefinition;
import io.bookbell.server.storage.sql.DataAccessException;
import io.bookbell.server.transfer.LegacyIdRanges;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;
import org.jspecify.annotations.Nullable;

/**
 * Replaces a database's content with a backup written by {@link BackupWriter}, completely or not at
 * all, and starts a new epoch: clients that saw later sequence numbers than the backup contains get
 * a new snapshot. Stateless.
 */
public final class BackupRestorer {
  private static final int ROWS_PER_STATEMENT = 200;

  /** Derived tables in older backups; skipped. */
  private static final Set<String> DERIVED_TABLES = Set.of("request_word");

  private BackupRestorer() {}

  /**
   * The file isn't a backup that this version can read, or the database has accounts or is in use.
   */
  public static final class RestoreException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    RestoreException(String message) {
      super(message);
    }
  }

  /**
   * Restores a backup. The future completes with the number of rows.
   *
   * @param replace whether existing accounts may be replaced; without it they cause a refusal
   */
  public static CompletableFuture<Long> restoreBackup(
      Database database, Path file, boolean replace) {
    return database.write(
        tx -> {
          if (ServingNodes.areAlive(tx)) {
            throw new RestoreException(
                "A server uses the database: %s; nothing was changed"
                    .formatted(ServingNodes.STOP_FIRST));
          }
          if (!replace && tx.query("SELECT 1 FROM app_user LIMIT 1").exists()) {
            throw new RestoreException(
                "The database already has accounts; --replace overwrites them with the backup.");
          }
          try (MappingIterator<JsonNode> lines = openLines(file)) {
            return restoreRows(tx, lines, file);
          } catch (IOException | RuntimeJsonMappingException e) {
            throw unreadableFile(file, e);
          } catch (DataAccessException | IllegalArgumentException e) {
            if (DatabaseFailureReason.isDataError(e)) {
              throw new RestoreException(
                  "The backup %s has rows that do not fit this Bookbell: %s; nothing was changed"
                      .formatted(file, DatabaseFailureReason.innermostMessage(e)));
            }
            throw e;
          }
        });
  }

  /**
   * Validates a file by reading it to the end, without a database.
   *
   * @throws RestoreException if it isn't a complete backup that this version can read
   */
  public static void checkFile(Path file) {
    if (!Files.isRegularFile(file)) {
      throw unsuitableFile(file);
    }
    try (MappingIterator<JsonNode> lines = openLines(file)) {
      var content = new BackupContent(lines, file);
      for (JsonNode line = content.next(); line != null; line = content.next()) {
        if (line.isObject() && !isDerived(line)) {
          RowBatch.forTable(line);
        }
      }
    } catch (IOException | RuntimeJsonMappingException e) {
      throw unreadableFile(file, e);
    }
  }

  private static RestoreException unsuitableFile(Path file) {
    if (Files.isDirectory(file)) {
      return new RestoreException(file + " is a folder; name a file that bookbell backup wrote");
    }
    if (Files.exists(file)) {
      return new RestoreException(file + " was not written by bookbell backup");
    }
    return new RestoreException(
        FileFailureReason.isHidden(file)
            ? "The backup " + file + " cannot be read: permission denied; nothing was changed"
            : "There is no file " + file);
  }

  private static MappingIterator<JsonNode> openLines(Path file) throws IOException {
    InputStream in = Files.newInputStream(file);
    try {
      return Json.readLines(new GZIPInputStream(in));
    } catch (IOException | RuntimeException e) {
      in.close();
      throw e;
    }
  }

  private static RestoreException unreadableFile(Path file, Exception failure) {
    return switch (failure) {
      case ZipException _ -> notBackupFile(file);
      case EOFException _, JsonProcessingException _, RuntimeJsonMappingException _ -> cutOff(file);
      case IOException e ->
          new RestoreException(
              "The backup %s cannot be read: %s; nothing was changed"
                  .formatted(file, FileFailureReason.describeFailure(e)));
      default -> new RestoreException("The backup " + file + " cannot be read: " + failure);
    };
  }

  private static long restoreRows(Transaction tx, MappingIterator<JsonNode> lines, Path file)
      throws IOException {
    var content = new BackupContent(lines, file);
    Optional<InstallationNames> installation = EpochStore.findInstallation(tx);
    TableEraser.eraseAllRows(tx);
    long rows = 0;
    @Nullable RowBatch table = null;
    boolean turnsAreKnown = true;
    boolean keptTiersAreKnown = true;
    for (JsonNode line = content.next(); line != null; line = content.next()) {
      if (line.isObject()) {
        if (table != null) {
          table.insertWaiting(tx);
        }
        table = isDerived(line) ? null : RowBatch.forTable(line);
        turnsAreKnown &= table == null || !table.isWithout("membership", "turns_at");
        keptTiersAreKnown &= table == null || !table.isWithout("source_supporter", "kept");
      } else if (table != null) {
        table.addRow(tx, line);
        rows++;
      }
    }
    if (table != null) {
      table.insertWaiting(tx);
    }
    IdentitySequences.resetSequences(tx);
    skipIdsOfTierChanges(tx);
    OutboxStore.skipIds(tx);
    LegacyIdRanges.keepGaps(tx);
    if (!turnsAreKnown) {
      PeriodRollover.recalculateAll(tx);
    }
    if (!keptTiersAreKnown) {
      SourceService.keepAbandonedTiers(tx);
    }
    ReplyStore.recountReplies(tx);
    resetSearchBacklog(tx);
    EpochStore.renewEpoch(tx, installation);
    return rows;
  }

  /** Changes of tiers have ids of the ledger's sequence. */
  private static void skipIdsOfTierChanges(Transaction tx) {
    long newest =
        tx.query("SELECT coalesce(max(id), 0) AS newest FROM tier_change")
            .single(row -> row.getLong("newest"));
    if (newest > 0) {
      IdentitySequences.raiseSequence(tx, "quota_ledger", newest);
    }
  }

  /** Marks all requests for search indexing, which the server does in batches. */
  private static void resetSearchBacklog(Transaction tx) {
    tx.update("DELETE FROM search_backlog");
    tx.update("INSERT INTO search_backlog (id, below) VALUES (1, ?)", Long.MAX_VALUE);
  }

  private static boolean isDerived(JsonNode heading) {
    return DERIVED_TABLES.contains(heading.path("table").asText());
  }

  /** The headers of tables and the rows in a file, and whether the file is complete. */
  private static final class BackupContent {
    private final MappingIterator<JsonNode> lines;
    private final Path file;
    private final boolean hasEnd;
    private long rows;
    private boolean inTable;

    BackupContent(MappingIterator<JsonNode> lines, Path file) throws IOException {
      this.lines = lines;
      this.file = file;
      this.hasEnd = checkFileHeader(lines, file) != BackupWriter.VERSION_WITHOUT_END;
    }

    /**
     * Returns the header of the next table or its next row; null after the last one.
     *
     * @throws RestoreException if the file is cut off, has more or fewer rows than it says, or has
     *     something else in it
     */
    @Nullable JsonNode next() throws IOException {
      if (!lines.hasNextValue()) {
        if (hasEnd) {
          throw cutOff(file);
        }
        return null;
      }
      JsonNode line = lines.nextValue();
      if (hasEnd && line.has(BackupWriter.ROWS)) {
        if (line.path(BackupWriter.ROWS).asLong() != rows || lines.hasNextValue()) {
          throw cutOff(file);
        }
        return null;
      }
      if (line.has("table")) {
        inTable = true;
      } else if (inTable && line.isArray()) {
        rows++;
      } else {
        throw cutOff(file);
      }
      return line;
    }
  }

  private static RestoreException cutOff(Path file) {
    return new RestoreException(
        "The backup " + file + " is cut off or damaged; nothing was changed");
  }

  /** Returns the version of the file. */
  private static int checkFileHeader(MappingIterator<JsonNode> lines, Path file)
      throws IOException {
    JsonNode heading;
    try {
      heading = lines.hasNextValue() ? lines.nextValue() : null;
    } catch (JsonProcessingException | RuntimeJsonMappingException e) {
      throw notBackupFile(file);
    }
    if (heading == null || !BackupWriter.FORMAT.equals(heading.path("format").asText())) {
      throw notBackupFile(file);
    }
    int version = heading.path("version").asInt();
    if (version != BackupWriter.VERSION && version != BackupWriter.VERSION_WITHOUT_END) {
      throw new RestoreException(
          "The backup %s has version %s, this Bookbell reads version %s: use the Bookbell that wrote it"
              .formatted(file, heading.path("version"), BackupWriter.VERSION));
    }
    return version;
  }

  private static RestoreException notBackupFile(Path file) {
    return new RestoreException("The file " + file + " is not a backup of Bookbell");
  }

  /** Rows of one table that are waiting to be inserted. */
  private record RowBatch(
      TableDefinition table, List<ColumnDefinition> columns, List<List<@Nullable Object>> waiting) {

    static RowBatch forTable(JsonNode heading) {
      TableDefinition table =
          BackupTables.inOrder().stream()
              .filter(each -> each.name().equals(heading.path("table").asText()))
              .findFirst()
              .orElseThrow(
                  () ->
                      new RestoreException(
                          "The backup has a table %s that this Bookbell does not know"
                              .formatted(heading.path("table"))));
      var columns = new ArrayList<ColumnDefinition>();
      for (JsonNode column : heading.path("columns")) {
        String name = column.asText();
        columns.add(
            table
                .findColumn(name)
                .orElseThrow(
                    () ->
                        new RestoreException(
                            "The backup has a column %s.%s that this Bookbell does not know"
                                .formatted(table.name(), name))));
      }
      return new RowBatch(table, columns, new ArrayList<>());
    }

    /** Whether these are rows of a table from before the schema version that added a column. */
    boolean isWithout(String tableName, String column) {
      return table.name().equals(tableName)
          && columns.stream().noneMatch(each -> each.name().equals(column));
    }

    void addRow(Transaction tx, JsonNode line) {
      if (line.isEmpty() || line.size() != columns.size()) {
        throw new IllegalArgumentException(
            "a row of %s has %s values for %s columns"
                .formatted(table.name(), line.size(), columns.size()));
      }
      var row = new ArrayList<@Nullable Object>();
      for (int column = 0; column < columns.size(); column++) {
        row.add(toColumnValue(line.path(column), columns.get(column)));
      }
      waiting.add(row);
      if (waiting.size() == ROWS_PER_STATEMENT) {
        insertWaiting(tx);
      }
    }

    private static @Nullable Object toColumnValue(JsonNode value, ColumnDefinition column) {
      if (value.isNull()) {
        return null;
      }
      return switch (column.type()) {
        case NUMBER -> {
          requireType(value.isIntegralNumber(), value, column, "a whole number");
          requireType(
              value.asLong() > 0 || !isId(column), value, column, "an id, which is 1 or more");
          yield value.asLong();
        }
        case BOOLEAN -> {
          requireType(value.isBoolean(), value, column, "true or false");
          yield value.asBoolean();
        }
        case BYTES -> Base64.getDecoder().decode(value.asText());
        case TEXT -> value.asText();
      };
    }

    private static boolean isId(ColumnDefinition column) {
      String name = column.name();
      return name.equals("id") || name.endsWith("_id") || name.equals("responded_by");
    }

    private static void requireType(
        boolean fits, JsonNode value, ColumnDefinition column, String wanted) {
      if (!fits) {
        throw new IllegalArgumentException(
            "%s must be %s, not %s".formatted(column.name(), wanted, value));
      }
    }

    void insertWaiting(Transaction tx) {
      if (waiting.isEmpty()) {
        return;
      }
      tx.update(insertStatement(), waiting.stream().flatMap(List::stream).toArray());
      waiting.clear();
    }

    private String insertStatement() {
      String names = columns.stream().map(ColumnDefinition::name).collect(Collectors.joining(", "));
      String row = "(" + String.join(", ", Collections.nCopies(columns.size(), "?")) + ")";
      return "INSERT INTO %s (%s) VALUES %s"
          .formatted(
              table.name(), names, String.join(", ", Collections.nCopies(waiting.size(), row)));
    }
  }
}
