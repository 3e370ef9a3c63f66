package io.bookbell.server.transfer;

import static java.util.stream.Collectors.toMap;

import io.bookbell.hub.UserId;
import io.bookbell.server.storage.Transaction;
import io.bookbell.server.storage.sql.SqlRow;
import io.bookbell.server.storage.sql.ValueReader;
import java.sql.SQLException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Remembers what was imported, and in which state. Thread-safe and stateless. */
final class ImportedRowStore {
  /** The creator of rows whose ids say it all. */
  static final long NO_CREATOR = 0;

  private static final String SELECT =
      "SELECT id, fingerprint, refunded, ledger_line FROM imported_row ";

  private static final String UPSERT =
      """
      INSERT INTO imported_row (kind, creator, id, fingerprint, refunded)
      VALUES (?, ?, ?, ?, ?)
      ON CONFLICT (kind, creator, id)
        DO UPDATE SET fingerprint = EXCLUDED.fingerprint, refunded = EXCLUDED.refunded\
      """;

  private static final String UPSERT_EXPORTED =
      """
      INSERT INTO imported_row (kind, creator, id, fingerprint, refunded, exported)
      VALUES (?, ?, ?, ?, ?, TRUE)
      ON CONFLICT (kind, creator, id)
        DO UPDATE SET fingerprint = EXCLUDED.fingerprint, refunded = EXCLUDED.refunded\
      """;

  /**
   * What was imported of a row.
   *
   * @param fingerprint of the values that were stored here
   * @param refunded whether the replaced system had given a request back
   * @param ledgerLine a supporter's newest ledger line that the import has written
   */
  record ImportedRow(
      long id, String fingerprint, @Nullable Boolean refunded, @Nullable Long ledgerLine) {
    ImportedRow(long id, String fingerprint) {
      this(id, fingerprint, null, null);
    }

    ImportedRow(long id, String fingerprint, boolean refunded) {
      this(id, fingerprint, refunded, null);
    }

    private static ImportedRow of(SqlRow row) throws SQLException {
      return new ImportedRow(
          row.getLong("id"),
          row.getString("fingerprint"),
          row.findBoolean("refunded"),
          row.findLong("ledger_line"));
    }

    boolean hasPart(int index) {
      return fingerprint.split("\\.", -1).length > index;
    }

    /** One of several fingerprints. */
    String part(int index) {
      return fingerprint.split("\\.", -1)[index];
    }
  }

  /** Returns those of the rows that were imported, by id. */
  Map<Long, ImportedRow> findAll(Transaction tx, RowKind kind, long creator, Collection<Long> ids) {
    return byId(
        tx.query(
                SELECT + "WHERE kind = ? AND creator = ? AND id IN (?)",
                kind.storedName(),
                creator,
                ids)
            .list(ImportedRow::of));
  }

  Optional<ImportedRow> find(Transaction tx, RowKind kind, long creator, long id) {
    return Optional.ofNullable(findAll(tx, kind, creator, List.of(id)).get(id));
  }

  /** Returns the rows with ids above one and up to another, in the order of their ids. */
  List<ImportedRow> findBetween(
      Transaction tx, RowKind kind, long creator, long after, long upTo, int limit) {
    return tx.query(
            SELECT + "WHERE kind = ? AND creator = ? AND id > ? AND id <= ? ORDER BY id LIMIT ?",
            kind.storedName(),
            creator,
            after,
            upTo,
            limit)
        .list(ImportedRow::of);
  }

  static Map<Long, ImportedRow> byId(Collection<ImportedRow> rows) {
    return rows.stream().collect(toMap(ImportedRow::id, row -> row));
  }

  /** Whether anything of a kind was imported. */
  boolean hasAny(Transaction tx, RowKind kind) {
    return tx.query("SELECT 1 AS found FROM imported_row WHERE kind = ? LIMIT 1", kind.storedName())
        .exists();
  }

  /** The highest id of a kind that the replaced system has given; 0 if there is none. */
  long highestImported(Transaction tx, RowKind kind) {
    return tx.query(
            """
            SELECT coalesce(max(id), 0) AS highest FROM imported_row
            WHERE kind = ? AND creator = ? AND exported = FALSE\
            """,
            kind.storedName(),
            NO_CREATOR)
        .single(row -> row.getLong("highest"));
  }

  /** Returns those of the ids that were given here, to rows that were exported. */
  Set<Long> findExported(Transaction tx, RowKind kind, Collection<Long> ids) {
    return tx.query(
            """
            SELECT id FROM imported_row
            WHERE kind = ? AND creator = ? AND exported = TRUE AND id IN (?)\
            """,
            kind.storedName(),
            NO_CREATOR,
            ids)
        .set(row -> row.getLong("id"));
  }

  /** Stores rows that have just been exported, under ids that were given here. */
  void storeExported(Transaction tx, RowKind kind, List<ImportedRow> rows) {
    tx.writeAll(
        UPSERT_EXPORTED,
        rows,
        row ->
            ValueReader.values(
                kind.storedName(), NO_CREATOR, row.id, row.fingerprint, row.refunded));
  }

  /** Stores rows, each at most once. */
  void storeAll(Transaction tx, RowKind kind, long creator, List<ImportedRow> rows) {
    tx.writeAll(
        UPSERT,
        rows,
        row ->
            ValueReader.values(kind.storedName(), creator, row.id, row.fingerprint, row.refunded));
  }

  void store(Transaction tx, RowKind kind, long creator, ImportedRow row) {
    storeAll(tx, kind, creator, List.of(row));
  }

  /** Remembers up to which line a supporter's ledger was written by the import. */
  void setLedgerLine(Transaction tx, UserId creator, UserId user, @Nullable Long line) {
    tx.enqueue(
        "UPDATE imported_row SET ledger_line = ? WHERE kind = ? AND creator = ? AND id = ?",
        line,
        RowKind.SUPPORTER.storedName(),
        creator,
        user);
  }
}
