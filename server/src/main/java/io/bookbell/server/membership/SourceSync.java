package io.bookbell.server.membership;

import io.bookbell.hub.UserId;
import io.bookbell.server.http.CompletionFailures;
import io.bookbell.server.http.Problem;
import io.bookbell.server.membership.MembershipSource.MemberPage;
import io.bookbell.server.membership.RefreshQueue.PendingRefresh;
import io.bookbell.server.membership.SourceException.SourceProblem;
import io.bookbell.server.membership.SourceMemberStore.StoredMember;
import io.bookbell.server.membership.SourceStore.SourceKey;
import io.bookbell.server.storage.Batches;
import io.bookbell.server.storage.Database;
import io.bookbell.server.storage.Transaction;
import java.time.Instant;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletionException;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads a creator's members from a source and applies them in steps. Its methods block, and are
 * called on virtual threads. A lease makes sure that one thread of all nodes reads a creator's
 * source at a time. Thread-safe.
 */
public final class SourceSync {
  private static final Logger log = LoggerFactory.getLogger(SourceSync.class);

  /** With more members to be read than this, a sync needs fewer calls. */
  private static final int MAX_SINGLE_READS = 30;

  private final SourceStore sourceStore = new SourceStore();
  private final SourceTierStore tierStore = new SourceTierStore();
  private final SourceMemberStore memberStore = new SourceMemberStore();
  private final RefreshQueue refreshQueue = new RefreshQueue();
  private final Database database;
  private final MemberReconciler reconciler;
  private final ProblemListener problemListener;

  /** Told that a source which could be read until now can't be. */
  @FunctionalInterface
  public interface ProblemListener {
    void sourceFailed(Transaction tx, UserId creator, String source, SourceProblem problem);
  }

  public SourceSync(
      Database database, MemberReconciler reconciler, ProblemListener problemListener) {
    this.database = database;
    this.reconciler = reconciler;
    this.problemListener = problemListener;
  }

  /**
   * Reads all members now.
   *
   * @throws Problem 404 if the source isn't connected, 409 while it is being read already, 502 if
   *     it can't be read
   */
  public SyncCounts sync(UserId creator, MembershipSource source) {
    var key = new SourceKey(creator, source.name());
    if (read(tx -> sourceStore.find(tx, creator, source.name())).isEmpty()) {
      throw Problem.notFound();
    }
    return holdingLease(key, lease -> readAll(source, lease))
        .orElseThrow(
            () ->
                Problem.conflict(
                    "sync_running",
                    "The members are being read right now. Try again in a minute."));
  }

  /**
   * Reads the members whom events named. Does nothing while the source is being read already, or
   * after a problem: the sync that ends the problem reads all members.
   */
  public void refresh(UserId creator, MembershipSource source) {
    var key = new SourceKey(creator, source.name());
    boolean readable =
        read(tx -> sourceStore.find(tx, creator, source.name()))
            .filter(found -> found.problem() == null)
            .isPresent();
    if (!readable) {
      return;
    }
    var _ =
        holdingLease(
            key,
            lease -> {
              List<PendingRefresh> pending =
                  read(tx -> refreshQueue.find(tx, key, MAX_SINGLE_READS + 1));
              if (pending.size() > MAX_SINGLE_READS) {
                return readAll(source, lease);
              }
              boolean missing = false;
              for (PendingRefresh each : pending) {
                missing |= !readOne(source, lease, each);
              }
              return missing ? readAll(source, lease) : SyncCounts.NONE;
            });
  }

  /**
   * Records that a source can't be read because its secret is missing, as after a restore. Unlike
   * the others, this method needs no call to the source.
   *
   * @return whether there may be more of them
   */
  boolean recordMissingSecret(Transaction tx) {
    Optional<SourceKey> found = sourceStore.findWithoutSecret(tx);
    found.ifPresent(
        key -> {
          reconciler.lock(tx, key.creator());
          var failure = new SourceException(SourceProblem.REVOKED, "its secret is missing");
          if (sourceStore.findWithoutSecret(tx).equals(found) // not connected again meanwhile
              && sourceStore.recordProblem(tx, key, failure)) {
            problemListener.sourceFailed(tx, key.creator(), key.source(), failure.problem());
          }
        });
    return found.isPresent();
  }

  /** Runs work under the lease; empty if somebody else has it. */
  private Optional<SyncCounts> holdingLease(SourceKey key, Function<Lease, SyncCounts> work) {
    var lease = new Lease(key, UUID.randomUUID().toString());
    if (!write(tx -> sourceStore.takeLease(tx, key, lease.holder))) {
      return Optional.empty();
    }
    try {
      return Optional.of(work.apply(lease));
    } catch (SourceException failure) {
      recordFailure(lease, failure);
      throw Problem.of(
          502, "source_" + failure.problem().wireName(), "Not readable", failure.detail());
    } finally {
      write(
          tx -> {
            sourceStore.releaseSlot(tx, key, lease.holder);
            return true;
          });
    }
  }

  private record Lease(SourceKey key, String holder) {}

  /** What a reader without the lease has found says nothing about the source as it is now. */
  private void recordFailure(Lease lease, SourceException failure) {
    SourceKey key = lease.key;
    log.info(
        "The members of creator {} at {} can't be read: {}",
        key.creator(),
        key.source(),
        failure.getMessage());
    write(
        tx -> {
          if (sourceStore.renewLease(tx, key, lease.holder)
              && sourceStore.recordProblem(tx, key, failure)) {
            problemListener.sourceFailed(tx, key.creator(), key.source(), failure.problem());
          }
          return true;
        });
  }

  private SyncCounts readAll(MembershipSource source, Lease lease) {
    SourceKey key = lease.key;
    Instant began = read(Transaction::now);
    List<PendingRefresh> pending = read(tx -> refreshQueue.find(tx, key, Integer.MAX_VALUE));
    List<ExternalTier> tiers = source.readTiers(key.creator());
    step(
        lease,
        tx -> {
          tierStore.replaceListed(tx, key.creator(), key.source(), tiers);
          return SyncCounts.NONE;
        });
    SyncCounts counts =
        applyInSteps(lease, readPages(source, lease), began).plus(removeVanished(lease, began));
    return step(
        lease,
        tx -> {
          SyncCounts all =
              counts.withUnknown(memberStore.countUnknown(tx, key.creator(), key.source()));
          refreshQueue.removeAll(tx, key, pending);
          sourceStore.recordSync(tx, key, all);
          return all;
        });
  }

  /**
   * Reads the whole list before anything of it is applied: somebody may be on it twice, on any two
   * pages, and would lose a tier with one line only to get it back with the other.
   */
  private List<ExternalMember> readPages(MembershipSource source, Lease lease) {
    var members = new LinkedHashMap<String, ExternalMember>();
    var cursors = new HashSet<String>();
    Optional<String> cursor = Optional.empty();
    do {
      MemberPage page = source.readMembers(lease.key.creator(), cursor);
      page.members().forEach(each -> members.merge(each.id(), each, ExternalMember::mergedWith));
      step(lease, _ -> SyncCounts.NONE);
      if (page.next().isPresent() && !cursors.add(page.next().get())) {
        throw new SourceException(SourceProblem.UNAVAILABLE, "its pages don't end");
      }
      cursor = page.next();
    } while (cursor.isPresent());
    return List.copyOf(members.values());
  }

  private SyncCounts applyInSteps(Lease lease, List<ExternalMember> members, Instant seen) {
    SyncCounts counts = SyncCounts.NONE;
    for (List<ExternalMember> some : Batches.split(members, MemberReconciler.MEMBERS_PER_STEP)) {
      counts =
          counts.plus(
              step(
                  lease,
                  tx -> reconciler.apply(tx, lease.key.creator(), lease.key.source(), some, seen)));
    }
    return counts;
  }

  private SyncCounts removeVanished(Lease lease, Instant began) {
    SourceKey key = lease.key;
    SyncCounts counts = SyncCounts.NONE;
    while (true) {
      List<StoredMember> unseen =
          read(
              tx ->
                  memberStore.findUnseen(
                      tx, key.creator(), key.source(), began, MemberReconciler.MEMBERS_PER_STEP));
      if (unseen.isEmpty()) {
        return counts;
      }
      List<ExternalMember> gone = unseen.stream().map(each -> each.member().asGone()).toList();
      counts = counts.plus(applyInSteps(lease, gone, began));
    }
  }

  /**
   * Reads one member.
   *
   * @return false if the membership is missing, or has fewer tiers than the person had, and only
   *     the list can say what that means: the person may have another one under another id
   */
  private boolean readOne(MembershipSource source, Lease lease, PendingRefresh pending) {
    SourceKey key = lease.key;
    Optional<ExternalMember> member = source.readMember(key.creator(), pending.memberKey());
    Optional<String> person =
        member.map(ExternalMember::id).or(() -> source.findPerson(pending.memberKey()));
    if (person.filter(id -> losesTier(key, id, member)).isPresent()) {
      return false;
    }
    step(
        lease,
        tx -> {
          refreshQueue.remove(tx, key, pending);
          return member
              .map(
                  found ->
                      reconciler.apply(tx, key.creator(), key.source(), List.of(found), tx.now()))
              .orElse(SyncCounts.NONE); // the next sync notices who is missing
        });
    return true;
  }

  /** Whether somebody whom the source has listed until now would lose a tier. */
  private boolean losesTier(SourceKey key, String person, Optional<ExternalMember> now) {
    Set<String> kept = now.map(ExternalMember::tiers).orElse(Set.of());
    return read(tx -> memberStore.findByIds(tx, key.creator(), key.source(), Set.of(person)))
        .values()
        .stream()
        .filter(stored -> stored.entitlement().tier() != null)
        .map(StoredMember::member)
        .anyMatch(
            before ->
                before.state() != MemberState.GONE
                    && (kept.isEmpty() || !kept.containsAll(before.tiers())));
  }

  /** Runs a step in a transaction of its own, and prolongs the lease. */
  private SyncCounts step(Lease lease, Function<Transaction, SyncCounts> work) {
    return write(
        tx -> {
          SyncCounts counts = work.apply(tx);
          if (!sourceStore.renewLease(tx, lease.key, lease.holder)) {
            throw new SourceException(
                SourceProblem.UNAVAILABLE, "it took too long, or was disconnected meanwhile");
          }
          return counts;
        });
  }

  private <T> T write(Function<Transaction, T> work) {
    return join(() -> database.write(work).join());
  }

  private <T> T read(Function<Transaction, T> work) {
    return join(() -> database.read(work).join());
  }

  private static <T> T join(Supplier<T> work) {
    try {
      return work.get();
    } catch (CompletionException e) {
      if (CompletionFailures.unwrapCause(e) instanceof RuntimeException cause) {
        throw cause;
      }
      throw e;
    }
  }
}
