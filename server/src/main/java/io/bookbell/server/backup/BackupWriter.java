package io.bookbell.server.backup;

import com.fasterxml.jackson.core.JsonGenerator;
import io.bookbell.server.config.FileFailureReason;
import io.bookbell.server.storage.Database;
import io.bookbell.server.storage.Transaction;
import io.bookbell.server.web.Json;
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
 * Writes everything into one file that {@link BackupRestorer} reads into either database: gzip over
 * one JSON value per line, first {@code {"format", "version"}}, then for each table {@code
 * {"table", "columns"}} followed by its rows as arrays. One snapshot, beside a working system.
 *
 * <p>Sessions are left out: a restored backup must not let in who has signed out since.
 */
public final class BackupWriter {
  static final String FORMAT = "bookbell-backup";
  static final int VERSION = 1;

  private BackupWriter() {}

  /** The file cannot be written. The message is for the operator. */
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
   * Completes with the number of rows. The file appears whole or not at all, for its owner alone;
   * one that exists is replaced. Fails with a {@link BackupException} when it cannot be written.
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
    unfinished.toFile().deleteOnExit(); // when the process is told to end meanwhile
    try {
      long rows = writeCompressed(unfinished, tx);
      Files.move(
          unfinished, target, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
      return rows;
    } finally {
      Files.deleteIfExists(unfinished);
    }
  }

  /** Writes everything down to the disk, or a power cut could leave the name with nothing in it. */
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
