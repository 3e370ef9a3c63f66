package io.bookbell.server.transfer;

import io.bookbell.hub.UserId;
import io.bookbell.server.activity.ActivityKind;
import io.bookbell.server.activity.ActivityLog;
import io.bookbell.server.activity.ActivityLog.PastActivity;
import io.bookbell.server.inbox.InboxStore;
import io.bookbell.server.inbox.InboxStore.RequestRevision;
import io.bookbell.server.request.ImportedRequestStore;
import io.bookbell.server.request.ImportedRequestStore.ImportedRequest;
import io.bookbell.server.transfer.Fingerprint.Change;
import io.bookbell.server.transfer.ImportReport.Outcome;
import io.bookbell.server.transfer.ImportedRowStore.ImportedRow;
import io.bookbell.server.transfer.RequestImport.LegacyRequest;
import java.util.List;
import java.util.Optional;

/**
 * Has imported requests follow what was changed there since. Confined to the transaction's thread.
 */
final class RequestMerge {
  private final ImportState state;
  private final ImportedRequestStore requests;
  private final LedgerImport ledgers;

  RequestMerge(ImportState state, ImportedRequestStore requests) {
    this.state = state;
    this.requests = requests;
    this.ledgers = new LedgerImport(state);
  }

  /** Follows what was changed only there; returns what to remember, if it is something new. */
  Optional<ImportedRow> follow(ImportedRow before, LegacyRequest there, ImportedRequest here) {
    if (!there.request().creator().equals(here.creator())
        || !there.request().user().equals(here.user())) {
      report(here, "whose it is");
      state.report.count(RowKind.REQUEST, Outcome.LEFT_OUT);
      return Optional.empty();
    }
    String book = followBook(before.part(0), there.request(), here);
    String stateNow = followState(before.part(1), there.request(), here);
    var after = new ImportedRow(here.id(), book + "." + stateNow, there.refundedThere());
    boolean refundChanged = !Boolean.valueOf(there.refundedThere()).equals(before.refunded());
    if (refundChanged) {
      state.stale.add(new SupporterKey(here.creator(), here.user()));
    }
    boolean changed = !after.fingerprint().equals(before.fingerprint());
    state.report.count(RowKind.REQUEST, changed ? Outcome.CHANGED : Outcome.UNCHANGED);
    return changed || refundChanged ? Optional.of(after) : Optional.empty();
  }

  private String followBook(String before, ImportedRequest there, ImportedRequest here) {
    String now = RequestImport.bookFingerprint(there);
    Change change = Fingerprint.compare(before, now, RequestImport.bookFingerprint(here));
    if (change == Change.THERE) {
      requests.updateBook(state.tx, there);
      requests.indexNow(state.tx, there);
    } else if (change == Change.BOTH) {
      report(here, "the book");
    }
    return change == Change.HERE || change == Change.BOTH ? before : now;
  }

  private String followState(String before, ImportedRequest there, ImportedRequest here) {
    String now = RequestImport.stateFingerprint(there);
    Change change = Fingerprint.compare(before, now, RequestImport.stateFingerprint(here));
    boolean follows = change == Change.THERE && mayFollow(there, here);
    if (follows) {
      storeState(there, here);
    } else if (change == Change.THERE || change == Change.BOTH) {
      report(here, "the status or response");
    }
    return follows || change == Change.NONE ? now : before;
  }

  /** A request that was given back can't be taken again once the ledger has lines made here. */
  private boolean mayFollow(ImportedRequest there, ImportedRequest here) {
    return there.isRefunded()
        || !here.isRefunded()
        || ledgers.isRewritten(here.creator(), here.user());
  }

  private void storeState(ImportedRequest there, ImportedRequest here) {
    Optional<ActivityKind> kind =
        there.status() == here.status() ? Optional.empty() : activityOf(there);
    int revision = requests.updateState(state.tx, there, kind.isPresent());
    kind.ifPresent(known -> record(there, known, revision));
    state.stale.add(new SupporterKey(here.creator(), here.user()));
  }

  /** Each revision has its message and its line in the log. */
  private void record(ImportedRequest there, ActivityKind kind, int revision) {
    InboxStore.recordPastRevisions(state.tx, List.of(new RequestRevision(there.id(), revision)));
    ActivityLog.recordPastActivities(
        state.tx,
        List.of(
            new PastActivity(
                there.creator(),
                actorOf(there),
                kind,
                there.id(),
                there.title(),
                there.updatedAt())));
  }

  private static Optional<ActivityKind> activityOf(ImportedRequest request) {
    return switch (request.status()) {
      case PENDING -> Optional.empty();
      case APPROVED -> Optional.of(ActivityKind.REQUEST_APPROVED);
      case REJECTED -> Optional.of(ActivityKind.REQUEST_REJECTED);
      case COMPLETED -> Optional.of(ActivityKind.REQUEST_COMPLETED);
      case CANCELLED -> Optional.of(ActivityKind.REQUEST_CANCELLED);
    };
  }

  /** Who brought a request into its status. */
  static UserId actorOf(ImportedRequest request) {
    return switch (request.status()) {
      case PENDING, CANCELLED -> request.user();
      case APPROVED, REJECTED, COMPLETED ->
          request.respondedBy() == null ? request.creator() : request.respondedBy();
    };
  }

  private void report(ImportedRequest here, String what) {
    state.report.add(
        ImportFinding.CHANGED_ON_BOTH_SIDES, RequestImport.describe(here.id()) + ": " + what);
  }
}
