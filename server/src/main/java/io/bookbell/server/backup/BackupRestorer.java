package io.bookbell.server.backup;

import static io.bookbell.server.storage.schema.Tables.APP_USER;
import static io.bookbell.server.storage.schema.Tables.DEVICE_POSITION;
import static io.bookbell.server.storage.schema.Tables.ENDED_SESSION;
import static io.bookbell.server.storage.schema.Tables.LOGIN_FAILURE;
import static io.bookbell.server.storage.schema.Tables.REQUEST_WORD;
import static io.bookbell.server.storage.schema.Tables.SEARCH_BACKLOG;
import static io.bookbell.server.storage.schema.Tables.SESSION;
import static io.bookbell.server.storage.schema.Tables.SIGN_UP_KEY;
import static io.bookbell.server.storage.schema.Tables.WS_TICKET;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.RuntimeJsonMappingException;
import io.bookbell.server.config.FileFailureReason;
import io.bookbell.server.inbox.EpochStore;
import io.bookbell.server.json.Json;
import io.bookbell.server.request.ReplyStore;
import io.bookbell.server.storage.Database;
import io.bookbell.server.storage.DatabaseFailureReason;
import io.bookbell.server.storage.IdentitySequences;
import io.bookbell.server.storage.Transaction;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;
import org.jooq.Field;
import org.jooq.Table;
import org.jooq.exception.DataAccessException;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/**
 * Replaces a database's content with a backup written by {@link BackupWriter}, completely or not at
 * all, and starts a new epoch: clients that saw later sequence numbers than the backup contains get
 * a new snapshot. Stateless.
 */
public final class BackupRestorer {
  private static final int ROWS_PER_STATEMENT = 200;

  /** Derived tables in older backups; skipped. */
  private static final Set<String> MADE_OF_OTHERS = Set.of("request_word");

  private BackupRestorer() {}

  /** The file isn't a backup that this version can read, or the database has accounts. */
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
          if (!replace && tx.sql().fetchExists(APP_USER)) {
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
      throw new RestoreException(
          Files.exists(file)
              ? file + " was not written by bookbell backup"
              : "There is no file " + file);
    }
    try (MappingIterator<JsonNode> lines = openLines(file)) {
      checkFileHeader(lines, file);
      boolean inTable = false;
      while (lines.hasNextValue()) {
        JsonNode line = lines.nextValue();
        if (line.isObject()) {
          RowBatch.forTable(line);
          inTable = true;
        } else if (!inTable || !line.isArray()) {
          throw notBackupFile(file);
        }
      }
    } catch (IOException | RuntimeJsonMappingException e) {
      throw unreadableFile(file, e);
    }
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
      case EOFException _, JsonProcessingException _, RuntimeJsonMappingException _ ->
          new RestoreException(
              "The backup " + file + " is cut off or damaged; nothing was changed");
      case IOException e ->
          new RestoreException(
              "The backup %s cannot be read: %s; nothing was changed"
                  .formatted(file, FileFailureReason.describeFailure(e)));
      default -> new RestoreException("The backup " + file + " cannot be read: " + failure);
    };
  }

  private static long restoreRows(Transaction tx, MappingIterator<JsonNode> lines, Path file)
      throws IOException {
    checkFileHeader(lines, file);
    Optional<String> installation = EpochStore.findInstallationId(tx);
    deleteAllRows(tx);
    long rows = 0;
    @Nullable RowBatch table = null;
    boolean madeOfOthers = false;
    while (lines.hasNextValue()) {
      JsonNode line = lines.nextValue();
      if (line.isObject()) {
        if (table != null) {
          table.insertWaiting(tx);
        }
        madeOfOthers = MADE_OF_OTHERS.contains(line.path("table").asText());
        table = madeOfOthers ? null : RowBatch.forTable(line);
      } else if (!madeOfOthers) {
        if (table == null) {
          throw notBackupFile(file);
        }
        table.addRow(tx, line);
        rows++;
      }
    }
    if (table != null) {
      table.insertWaiting(tx);
    }
    IdentitySequences.resetSequences(tx);
    ReplyStore.recountReplies(tx);
    resetSearchBacklog(tx);
    EpochStore.renewEpoch(tx, installation);
    return rows;
  }

  /** Marks all requests for search indexing, which the server does in batches. */
  private static void resetSearchBacklog(Transaction tx) {
    tx.sql().deleteFrom(SEARCH_BACKLOG).execute();
    tx.sql()
        .insertInto(SEARCH_BACKLOG)
        .set(SEARCH_BACKLOG.ID, 1)
        .set(SEARCH_BACKLOG.BELOW, Long.MAX_VALUE)
        .execute();
  }

  private static void checkFileHeader(MappingIterator<JsonNode> lines, Path file)
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
    if (heading.path("version").asInt() != BackupWriter.VERSION) {
      throw new RestoreException(
          "The backup %s has version %s, this Bookbell reads version %s: use the Bookbell that wrote it"
              .formatted(file, heading.path("version"), BackupWriter.VERSION));
    }
  }

  private static RestoreException notBackupFile(Path file) {
    return new RestoreException("The file " + file + " is not a backup of Bookbell");
  }

  /** Empties every table. */
  public static void deleteAllRows(Transaction tx) {
    tx.sql().deleteFrom(DEVICE_POSITION).execute();
    tx.sql().deleteFrom(WS_TICKET).execute();
    tx.sql().deleteFrom(SESSION).execute();
    tx.sql().deleteFrom(ENDED_SESSION).execute();
    tx.sql().deleteFrom(LOGIN_FAILURE).execute();
    tx.sql().deleteFrom(SIGN_UP_KEY).execute();
    tx.sql().deleteFrom(REQUEST_WORD).execute();
    BackupTables.IN_ORDER.reversed().forEach(table -> tx.sql().deleteFrom(table).execute());
  }

  /** Rows of one table that are waiting to be inserted. */
  private record RowBatch(Table<?> table, List<Field<?>> fields, List<List<Object>> waiting) {

    static RowBatch forTable(JsonNode heading) {
      Table<?> table =
          BackupTables.IN_ORDER.stream()
              .filter(each -> each.getName().equals(heading.path("table").asText()))
              .findFirst()
              .orElseThrow(
                  () ->
                      new RestoreException(
                          "The backup has a table %s that this Bookbell does not know"
                              .formatted(heading.path("table"))));
      var fields = new ArrayList<Field<?>>();
      for (JsonNode column : heading.path("columns")) {
        String name = column.asText();
        Field<?> field = table.field(name);
        if (field == null) {
          throw new RestoreException(
              "The backup has a column %s.%s that this Bookbell does not know"
                  .formatted(table.getName(), name));
        }
        fields.add(field);
      }
      return new RowBatch(table, fields, new ArrayList<>());
    }

    void addRow(Transaction tx, JsonNode line) {
      var row = new ArrayList<>();
      for (int column = 0; column < fields.size(); column++) {
        row.add(DSL.val(toColumnValue(line.path(column), fields.get(column)), fields.get(column)));
      }
      waiting.add(row);
      if (waiting.size() == ROWS_PER_STATEMENT) {
        insertWaiting(tx);
      }
    }

    private static @Nullable Object toColumnValue(JsonNode value, Field<?> field) {
      if (value.isNull()) {
        return null;
      }
      if (field.getType() == byte[].class) {
        return Base64.getDecoder().decode(value.asText());
      }
      return value.isIntegralNumber()
          ? Long.valueOf(value.asLong())
          : value.isBoolean() ? Boolean.valueOf(value.asBoolean()) : value.asText();
    }

    void insertWaiting(Transaction tx) {
      if (waiting.isEmpty()) {
        return;
      }
      var insert = tx.sql().insertInto(table).columns(fields);
      for (List<Object> row : waiting) {
        insert = insert.values(row);
      }
      insert.execute();
      waiting.clear();
    }
  }
}
