package io.bookbell.server.transfer;

import static java.util.stream.Collectors.joining;

import io.bookbell.server.storage.Database;
import io.bookbell.server.storage.DatabaseException;
import io.bookbell.server.storage.DatabaseFailureReason;
import io.bookbell.server.storage.IdentitySequences;
import io.bookbell.server.storage.Transaction;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the ids that Bookbell gives apart from those that the replaced system gives, while both
 * serve. Used at the start, before anybody is served. Stateless.
 */
public final class LegacyIdRanges {
  private static final Logger log = LoggerFactory.getLogger(LegacyIdRanges.class);

  /** What the replaced system may add until the next import or start. */
  private static final long ROOM = LegacyImport.RESERVED_IDS / 2;

  private static final int MAX_NAMED = 5;

  private static final ImportedRowStore ROWS = new ImportedRowStore();

  /** The key of the lock under which one node at a time raises the sequences: "old ids". */
  private static final long LOCK = 0x6F6C64_20696473L;

  private LegacyIdRanges() {}

  /**
   * A table whose ids mean the same in both systems once they are imported.
   *
   * @param rows selects the replaced system's rows, with {@code id} and what {@code same} needs
   * @param same whether the row here ({@code h}) is the one there ({@code o}), although neither an
   *     import nor an export has noted it
   */
  private record SharedTable(String name, RowKind kind, String rows, String same) {
    static List<SharedTable> of(QueryMapping mapping) {
      return List.of(
          new SharedTable(
              "app_user",
              RowKind.ACCOUNT,
              "SELECT id, email FROM (\n%s\n) c UNION ALL SELECT user_id, email FROM (\n%s\n) t UNION ALL SELECT user_id, email FROM (\n%s\n) s"
                  .formatted(
                      mapping.sqlOf(LegacyQuery.CREATORS),
                      mapping.sqlOf(LegacyQuery.TEAM),
                      mapping.sqlOf(LegacyQuery.SUPPORTERS)),
              "lower(trim(o.email)) = h.email"),
          new SharedTable(
              "book_request",
              RowKind.REQUEST,
              mapping.sqlOf(LegacyQuery.REQUESTS),
              equal("creator_id", "user_id", "title")),
          new SharedTable(
              "reply",
              RowKind.REPLY,
              mapping.sqlOf(LegacyQuery.REPLIES),
              equal("request_id", "user_id", "body")));
    }

    private static String equal(String... columns) {
      return Arrays.stream(columns)
          .map("CAST(o.%1$s AS varchar) = CAST(h.%1$s AS varchar)"::formatted)
          .collect(joining(" AND "));
    }

    /** The same rows with numbers as ids, in case the columns of a mapping are texts. */
    SharedTable withNumbers(Transaction tx) {
      boolean numbers =
          tx.query(
                  "SELECT CAST(pg_typeof(o.id) AS varchar) AS type FROM (\n%s\n) o LIMIT 1"
                      .formatted(rows))
              .first(row -> row.getString("type"))
              .map(type -> type.equals("bigint") || type.equals("integer"))
              .orElse(true);
      String columns =
          kind == RowKind.ACCOUNT
              ? "n.email"
              : kind == RowKind.REQUEST
                  ? "n.creator_id, n.user_id, n.title"
                  : "n.request_id, n.user_id, n.body";
      return numbers
          ? this
          : new SharedTable(
              name,
              kind,
              """
              SELECT CASE WHEN trim(CAST(n.id AS varchar)) ~ '^[0-9]{1,16}$'
                THEN CAST(trim(CAST(n.id AS varchar)) AS bigint) END AS id, %s
              FROM (
              %s
              ) n\
              """
                  .formatted(columns, rows),
              same);
    }
  }

  /**
   * Makes Bookbell's next ids higher than all in the replaced system's tables, which are in the
   * same PostgreSQL database.
   *
   * @throws DatabaseException with a message for the operator, if an id already stands for
   *     different things
   */
  public static void separate(Database database, QueryMapping mapping) {
    try {
      database
          .write(
              tx -> {
                lock(tx);
                SharedTable.of(mapping).forEach(table -> separate(tx, table.withNumbers(tx)));
                return true;
              })
          .join();
    } catch (CompletionException e) {
      throw new DatabaseException(
          "BOOKBELL_LEGACY_QUOTA: "
              + (e.getCause() instanceof TransferException
                  ? ""
                  : "the replaced system's ids cannot be read: ")
              + DatabaseFailureReason.innermostMessage(e),
          e);
    }
  }

  private static void separate(Transaction tx, SharedTable table) {
    List<Long> taken = findTaken(tx, table);
    if (!taken.isEmpty()) {
      throw new TransferException(describeTaken(table, taken));
    }
    long highest =
        tx.query(
                """
                SELECT coalesce(max(o.id), 0) AS highest
                FROM (
                %s
                ) o
                LEFT JOIN imported_row i ON i.kind = ? AND i.creator = ? AND i.id = o.id
                WHERE o.id <= ? AND i.exported IS NOT TRUE\
                """
                    .formatted(table.rows),
                table.kind.storedName(),
                ImportedRowStore.NO_CREATOR,
                LegacyRow.HIGHEST_ID)
            .single(row -> row.getLong("highest"));
    raise(tx, table.name, highest);
  }

  private static List<Long> findTaken(Transaction tx, SharedTable table) {
    return tx.query(
            """
            SELECT DISTINCT h.id
            FROM %s h
            JOIN (
            %s
            ) o ON o.id = h.id
            LEFT JOIN imported_row i ON i.kind = ? AND i.creator = ? AND i.id = h.id
            WHERE i.id IS NULL AND h.id <= ? AND (%s) IS NOT TRUE
            ORDER BY h.id
            LIMIT ?\
            """
                .formatted(table.name, table.rows, table.same),
            table.kind.storedName(),
            ImportedRowStore.NO_CREATOR,
            LegacyRow.HIGHEST_ID,
            MAX_NAMED)
        .list(row -> row.getLong("id"));
  }

  private static String describeTaken(SharedTable table, List<Long> taken) {
    String ids = taken.stream().map(Object::toString).collect(joining(", "));
    return "%s with the ids %s%s are others here than in the replaced system, so one would be taken for the other. Import into an empty database before Bookbell is used, or unset BOOKBELL_LEGACY_QUOTA and BOOKBELL_LEGACY_CHANNEL: see docs/moving.md"
        .formatted(table.kind.plural(), ids, taken.size() == MAX_NAMED ? " and perhaps more" : "");
  }

  private static void lock(Transaction tx) {
    tx.enqueue("SELECT pg_advisory_xact_lock(?)", LOCK);
  }

  private static void raise(Transaction tx, String table, long highest) {
    if (IdentitySequences.lastGiven(tx, table) < highest + ROOM) {
      IdentitySequences.raiseSequence(tx, table, highest + LegacyImport.RESERVED_IDS);
    }
  }

  /**
   * Makes the next ids, after a restore, as much higher than the imported ones as after an import:
   * a backup has rows, but not which ids come next.
   */
  public static void keepGaps(Transaction tx) {
    LegacyImport.TABLES.forEach(
        (table, kind) -> {
          long highest = ROWS.highestImported(tx, kind);
          if (highest > 0) {
            IdentitySequences.raiseSequence(tx, table, highest + LegacyImport.RESERVED_IDS);
          }
        });
  }

  /**
   * Leaves the ids above the imported ones to the replaced system, or the first million if nothing
   * was imported, because its tables can't be seen.
   */
  public static void reserveUnseen(Database database) {
    boolean imported =
        database
            .write(
                tx -> {
                  lock(tx);
                  LegacyImport.TABLES.forEach(
                      (table, kind) -> raise(tx, table, ROWS.highestImported(tx, kind)));
                  return ROWS.hasAny(tx, RowKind.ACCOUNT);
                })
            .join();
    if (!imported) {
      log.warn(
          "BOOKBELL_LEGACY_CHANNEL is set, but nothing of the replaced system was imported, so its ids may be those of other people and requests here: see docs/moving.md. New ids here begin above {}",
          LegacyImport.RESERVED_IDS);
    }
  }
}
