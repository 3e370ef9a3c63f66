package io.bookbell.server.verify;

import io.bookbell.server.storage.Database;
import io.bookbell.server.storage.Transaction;
import io.bookbell.server.storage.check.SchemaCheck;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

/**
 * Checks the invariants on the stored data. It reads one snapshot, so it may run while servers use
 * the database. Thread-safe.
 */
public final class InvariantVerifier {

  /**
   * A violated invariant.
   *
   * @param invariant the invariant's number in the list in docs/architecture.md, or 0 for the
   *     schema
   * @param detail which rows, what was expected and what was found
   */
  public record InvariantViolation(int invariant, String detail) {
    @Override
    public String toString() {
      return (invariant == 0 ? "schema: " : "invariant " + invariant + ": ") + detail;
    }
  }

  /** How much was checked, and all violations found. */
  public record VerificationReport(
      long requests, long ledgerLines, long inboxRows, List<InvariantViolation> breaches) {}

  private InvariantVerifier() {}

  public static CompletableFuture<VerificationReport> verifyInvariants(Database database) {
    return database.read(InvariantVerifier::verifyInvariants);
  }

  private static VerificationReport verifyInvariants(Transaction tx) {
    var ledger = new LedgerCheck(tx);
    var history = new HistoryCheck(tx);
    List<InvariantViolation> breaches =
        Stream.of(
                SchemaCheck.findProblems(tx).stream()
                    .map(each -> new InvariantViolation(0, each))
                    .toList(),
                ledger.membershipsAgreeWithLedger(),
                ledger.consumptionsStayWithinAllowance(),
                ledger.everyRequestIsConsumedOnce(),
                ledger.requestsCountOnceInAPeriod(),
                ledger.blockedPeopleAreNoSupporters(),
                ledger.refundsFollowStatus(),
                history.everyRevisionHasItsMessage(),
                history.everyMessageHasAnInbox(),
                history.replyCountsAgree(),
                history.pendingCountsAgree(),
                history.countsByStatusAgree(),
                history.inboxesHaveNoGap(),
                history.everyNumberHasAMessage(),
                AccountCheck.addressesDiffer(tx),
                AccountCheck.removedAccountsAreIdle(tx))
            .flatMap(List::stream)
            .toList();
    return new VerificationReport(
        history.countRequests(), ledger.countLines(), history.countInboxRows(), breaches);
  }
}
