package io.bookbell.server.backup;

import com.fasterxml.jackson.core.JsonGenerator;
import io.bookbell.server.config.FileFailureReason;
import io.bookbell.server.json.Json;
import io.bookbell.server.storage.Database;
import io.bookbell.server.storage.Transaction;
import io.bookbell.server.storage.check.TableDefinition;
import io.bookbell.server.storage.check.TableDefinition.ColumnDefinition;
import io.bookbell.server.storage.sql.SqlRow;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.zip.GZIPOutputStream;

/**
 * Writes the database into one file that {@link BackupRestorer} can restore on SQLite or
 * PostgreSQL. The file is gzipped, with one JSON value per line: first {@code {"format",
 * "version"}}, then for each table {@code {"table", "columns"}} followed by its rows as arrays, and
 * at the end {@code {"rows"}} with their number, without which the file isn't complete. It reads
 * one snapshot, so the server can continue to run. Stateless.
 *
 * <p>Sessions are left out, because restoring them would sign in people who have signed out since.
 */
public final class BackupWriter {
  static final String FORMAT = "bookbell-backup";

  static final String ROWS = "rows";

  /** Since version 2, files end with the number of rows. */
  static final int VERSION = 2;

  static final int VERSION_WITHOUT_END = 1;

  private BackupWriter() {}

  /** The file can't be written. The message is for the operator. */
  public static final class BackupException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    BackupException(Path file, IOException cause) {
      super(
          "The backup could not be written to %s: %s; nothing of it was kept"
              .formatted(file, FileFailureReason.describeFailure(cause)),
          cause);
    }
  }

  /**
   * Writes a backup. The future completes with the number of rows, or fails with a {@link
   * BackupException}. The file is created atomically and readable only by its owner; an existing
   * one is replaced.
   */
  public static CompletableFuture<Long> writeBackup(Database database, Path file) {
    return database.read(
        tx -> {
          try {
            return writeFile(tx, file);
          } catch (IOException e) {
            throw new BackupException(file, e);
          }
        });
  }

  private static long writeFile(Transaction tx, Path file) throws IOException {
    Path target = file.toAbsolutePath();
    Path unfinished = Files.createTempFile(target.getParent(), target.getFileName() + ".", ".part");
    unfinished.toFile().deleteOnExit(); // in case the process is terminated meanwhile
    try {
      long rows = writeCompressed(unfinished, tx);
      Files.move(
          unfinished, target, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
      return rows;
    } finally {
      Files.deleteIfExists(unfinished);
    }
  }

  /** Writes the file and forces it to disk; otherwise a power failure could leave an empty file. */
  private static long writeCompressed(Path file, Transaction tx) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE);
        var zip = new GZIPOutputStream(Channels.newOutputStream(channel));
        JsonGenerator json = Json.createLineGenerator(zip)) {
      long rows = writeTables(tx, json);
      json.flush();
      zip.finish();
      channel.force(true);
      return rows;
    }
  }

  private static long writeTables(Transaction tx, JsonGenerator json) throws IOException {
    json.writeStartObject();
    json.writeStringField("format", FORMAT);
    json.writeNumberField("version", VERSION);
    json.writeEndObject();
    long rows = 0;
    for (TableDefinition table : BackupTables.inOrder()) {
      writeTableHeader(json, table);
      rows +=
          tx.query(BackupTables.selectRows(table))
              .forEach(row -> writeRow(json, table.columns(), row));
    }
    json.writeStartObject();
    json.writeNumberField(ROWS, rows);
    json.writeEndObject();
    return rows;
  }

  private static void writeTableHeader(JsonGenerator json, TableDefinition table)
      throws IOException {
    json.writeStartObject();
    json.writeStringField("table", table.name());
    json.writeArrayFieldStart("columns");
    for (ColumnDefinition column : table.columns()) {
      json.writeString(column.name());
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  private static void writeRow(JsonGenerator json, List<ColumnDefinition> columns, SqlRow row)
      throws IOException, SQLException {
    json.writeStartArray();
    for (ColumnDefinition column : columns) {
      json.writePOJO(BackupTables.readValue(row, column));
    }
    json.writeEndArray();
  }
}
