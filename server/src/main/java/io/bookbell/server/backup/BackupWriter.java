package io.bookbell.server.backup;

import com.fasterxml.jackson.core.JsonGenerator;
import io.bookbell.server.config.FileFailureReason;
import io.bookbell.server.json.Json;
import io.bookbell.server.storage.Database;
import io.bookbell.server.storage.Transaction;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.CompletableFuture;
import java.util.zip.GZIPOutputStream;
import org.jooq.Record;
import org.jooq.Table;

/**
 * Writes the database into one file that {@link BackupRestorer} can restore on SQLite or
 * PostgreSQL. The file is gzipped, with one JSON value per line: first {@code {"format",
 * "version"}}, then for each table {@code {"table", "columns"}} followed by its rows as arrays. It
 * reads one snapshot, so the server can continue to run. Stateless.
 *
 * <p>Sessions are left out, because restoring them would sign in people who have signed out since.
 */
public final class BackupWriter {
  static final String FORMAT = "bookbell-backup";
  static final int VERSION = 1;

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
    for (Table<?> table : BackupTables.IN_ORDER) {
      writeTableHeader(json, table);
      try (var cursor = tx.sql().selectFrom(table).fetchSize(1000).fetchLazy()) {
        for (Record row : cursor) {
          writeRow(json, table, row);
          rows++;
        }
      }
    }
    return rows;
  }

  private static void writeTableHeader(JsonGenerator json, Table<?> table) throws IOException {
    json.writeStartObject();
    json.writeStringField("table", table.getName());
    json.writeArrayFieldStart("columns");
    for (var field : table.fields()) {
      json.writeString(field.getName());
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  private static void writeRow(JsonGenerator json, Table<?> table, Record row) throws IOException {
    json.writeStartArray();
    for (var field : table.fields()) {
      json.writePOJO(BackupTables.storedValue(field, row));
    }
    json.writeEndArray();
  }
}
