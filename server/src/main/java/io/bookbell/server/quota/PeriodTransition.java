package io.bookbell.server.quota;

import io.bookbell.hub.UserId;
import io.bookbell.server.quota.Ledger.LedgerRow;
import io.bookbell.server.quota.PeriodContent.CountedRequest;
import io.bookbell.server.storage.Transaction;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The current state of a membership whose stored row is of an earlier moment, and the ledger lines
 * that lead there: requests that are carried over from a period of another kind, and what has
 * stopped counting in rolling days.
 */
final class PeriodTransition {
  private final Transaction tx;
  private final Membership stored;
  private final String to;
  private final PeriodContent content;
  private final List<LedgerRow> lines = new ArrayList<>();
  private int used;
  private @Nullable Instant earliest;

  private PeriodTransition(Transaction tx, Membership stored) {
    this.tx = tx;
    this.stored = stored;
    this.to = stored.periodKey();
    this.content = PeriodContent.read(tx, stored.creator(), stored.user(), to);
    this.used = content.recordedUse();
    this.earliest = content.earliest();
  }

  /** A membership as of now, and the lines that have to be written if it is stored. */
  record TransitionResult(Membership membership, List<LedgerRow> lines) {}

  /**
   * Calculates the current state.
   *
   * @param stored as of now, with the usage of the stored row
   * @param from the stored period; a month or week may be over
   */
  static TransitionResult calculate(Transaction tx, Membership stored, String from) {
    var turn = new PeriodTransition(tx, stored);
    turn.addExpired();
    if (!PeriodSchedule.areOfOneSeries(from, turn.to)) {
      String current = PeriodSchedule.currentOfSeries(from, tx.now(), stored.zone());
      turn.carryOver(PeriodContent.read(tx, stored.creator(), stored.user(), current));
    }
    return turn.toResult();
  }

  private void addExpired() {
    for (CountedRequest request : content.expired()) {
      addLine(Ledger.EXPIRE, -1, request.id(), request.title());
    }
    if (content.expiredImports() != 0) {
      addLine(Ledger.EXPIRE, -content.expiredImports(), null, null);
    }
    if (content.lapsed() != 0) {
      addLine(Ledger.LAPSE, -content.lapsed(), null, null);
    }
  }

  /** Carries every request that counts in another period, unless it already counts here. */
  private void carryOver(PeriodContent other) {
    for (CountedRequest request : other.current()) {
      if (!content.contains(request.id()) && content.isCurrent(request.since())) {
        addLine(Ledger.CARRY, 1, request.id(), request.title());
        noteSince(request.since());
      }
    }
    int more = other.imported() - content.everImported();
    if (more > 0) {
      addLine(Ledger.IMPORT, more, null, null);
      noteSince(tx.now());
    }
  }

  private void noteSince(Instant since) {
    earliest = earliest == null || since.isBefore(earliest) ? since : earliest;
  }

  private void addLine(String kind, int amount, @Nullable Long request, @Nullable String title) {
    UserId creator = stored.creator();
    used += kind.equals(Ledger.LAPSE) ? 0 : amount;
    lines.add(
        new LedgerRow(
            creator,
            stored.user(),
            kind,
            amount,
            request,
            to,
            used,
            allowedNow(),
            title,
            creator,
            tx.now()));
  }

  private @Nullable Integer allowedNow() {
    return stored.withUsage(0, content.granted(), null).requestsAllowed();
  }

  private TransitionResult toResult() {
    PeriodSchedule schedule = stored.schedule();
    Instant end = schedule.endAfter(tx.now());
    return new TransitionResult(
        stored.withUsage(used, content.granted(), end == null ? schedule.expiryOf(earliest) : end),
        List.copyOf(lines));
  }
}
