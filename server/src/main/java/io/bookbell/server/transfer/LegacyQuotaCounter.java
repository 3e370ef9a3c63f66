package io.bookbell.server.transfer;

import io.bookbell.hub.UserId;
import io.bookbell.server.quota.SharedCounter;
import io.bookbell.server.storage.Database;
import io.bookbell.server.storage.DatabaseException;
import io.bookbell.server.storage.DatabaseFailureReason;
import io.bookbell.server.storage.Transaction;
import io.bookbell.server.storage.sql.SqlRow;
import io.bookbell.server.transfer.ImportedRowStore.ImportedRow;
import io.bookbell.server.transfer.SupporterImport.SupporterBase;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The replaced system's counter of used requests, in the same PostgreSQL database, while both
 * systems serve. It is changed in the transaction of each command, so that no crash can lose or
 * double a request. Thread-safe.
 *
 * <p>Imports and exports compare the counter with the value that both sides last agreed on. What
 * Bookbell takes from it is counted here already, so that value moves with it.
 */
public final class LegacyQuotaCounter implements SharedCounter {
  private static final Pattern PARAMETER = Pattern.compile("(?<!:):(creator_id|user_id)\\b");

  private final ImportedRowStore rows = new ImportedRowStore();
  private final NamedStatement consume;
  private final NamedStatement refund;
  private final String findCounter;

  /**
   * @throws TransferException if the mapping lacks one of the statements
   */
  public LegacyQuotaCounter(QueryMapping mapping) {
    this.consume = NamedStatement.of(mapping, QueryMapping.CONSUME);
    this.refund = NamedStatement.of(mapping, QueryMapping.REFUND);
    this.findCounter =
        """
        SELECT CAST(s.requests_allowed AS varchar) AS allowed, CAST(s.requests_used AS varchar) AS used
        FROM (
        %s
        ) s
        WHERE s.creator_id = ? AND s.user_id = ?"""
            .formatted(mapping.sqlOf(LegacyQuery.SUPPORTERS));
  }

  /** A statement with named parameters, as text with placeholders. */
  private record NamedStatement(String sql, List<String> parameters) {
    static NamedStatement of(QueryMapping mapping, String name) {
      String text =
          mapping
              .findStatement(name)
              .orElseThrow(
                  () ->
                      new TransferException(
                          "The mapping has no statement “%s”, which BOOKBELL_LEGACY_QUOTA needs: it changes one row for :creator_id and :user_id"
                              .formatted(name)));
      var parameters = new ArrayList<String>();
      Matcher found = PARAMETER.matcher(text);
      while (found.find()) {
        parameters.add(found.group(1));
      }
      return new NamedStatement(found.replaceAll("CAST(? AS bigint)"), List.copyOf(parameters));
    }

    /** Returns whether the statement changed a row. */
    boolean run(Transaction tx, long creator, long user) {
      @Nullable Object[] values =
          parameters.stream().map(name -> name.equals("user_id") ? user : creator).toArray();
      int changed = tx.update(sql, values);
      if (changed > 1) {
        throw new IllegalStateException("changed " + changed + " counters instead of one: " + sql);
      }
      return changed == 1;
    }
  }

  /**
   * Runs the statements for nobody, so that a mistake in them, or a missing table or privilege,
   * stops the start.
   *
   * @throws DatabaseException with a message for the operator
   */
  public void requireUsable(Database database) {
    try {
      database
          .write(
              tx -> {
                if (consume.run(tx, 0, 0) || refund.run(tx, 0, 0)) {
                  throw new TransferException("they change a row without :creator_id or :user_id");
                }
                return tx.query(findCounter, 0L, 0L).exists();
              })
          .join();
    } catch (CompletionException e) {
      throw new DatabaseException(
          "BOOKBELL_LEGACY_QUOTA: the statements for the replaced system's counter cannot be run: "
              + DatabaseFailureReason.innermostMessage(e),
          e);
    }
  }

  @Override
  public ConsumeResult consume(Transaction tx, UserId creator, UserId user) {
    if (consume.run(tx, creator.value(), user.value())) {
      moveBase(tx, creator, user, 1);
      return ConsumeResult.TAKEN;
    }
    return findRemainingLater(tx, creator, user).get().isPresent()
        ? ConsumeResult.USED_UP
        : ConsumeResult.NOT_COUNTED;
  }

  @Override
  public boolean refund(Transaction tx, UserId creator, UserId user) {
    boolean changed = refund.run(tx, creator.value(), user.value());
    if (changed) {
      moveBase(tx, creator, user, -1);
    }
    return changed;
  }

  private void moveBase(Transaction tx, UserId creator, UserId user, int by) {
    rows.find(tx, RowKind.SUPPORTER, creator.value(), user.value())
        .map(SupporterBase::of)
        .map(base -> new SupporterBase(base.tierThere(), base.tierHere(), base.used() + by))
        .map(base -> base.toRow(user))
        .ifPresent(
            (ImportedRow moved) -> rows.store(tx, RowKind.SUPPORTER, creator.value(), moved));
  }

  @Override
  public Supplier<OptionalInt> findRemainingLater(Transaction tx, UserId creator, UserId user) {
    var rows = tx.query(findCounter, creator, user).later(LegacyQuotaCounter::remainingIn);
    return () -> rows.get().stream().mapToInt(remaining -> remaining).findFirst();
  }

  private static int remainingIn(SqlRow row) throws SQLException {
    return Math.max(
        0,
        SupporterImport.possibleCounter(row.findString("allowed"))
            - SupporterImport.possibleCounter(row.findString("used")));
  }
}
