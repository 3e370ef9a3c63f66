package io.bookbell.server.membership;

import static java.util.stream.Collectors.toSet;

import io.bookbell.hub.UserId;
import io.bookbell.server.http.Problem;
import io.bookbell.server.membership.SourceMemberStore.StoredMember;
import io.bookbell.server.membership.SourceStore.SourceKey;
import io.bookbell.server.storage.Database;
import io.bookbell.server.storage.Transaction;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps memberships in step with their sources: reads members whom events named, syncs each source
 * every six hours, ends grace periods, and recognises members who have got an account. Its pass
 * runs on a thread of its own; each source is read on a virtual thread. Every node has one; leases
 * and the creators' rows keep them apart. Thread-safe.
 */
public final class SourceWorker implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(SourceWorker.class);
  private static final Duration INTERVAL = Duration.ofSeconds(30);
  private static final int SYNCS_AT_ONCE = 20;

  private final SourceStore sourceStore = new SourceStore();
  private final SourceMemberStore memberStore = new SourceMemberStore();
  private final RefreshQueue refreshQueue = new RefreshQueue();
  private final ScheduledExecutorService passes =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().name("memberships").daemon().factory());
  private final ExecutorService readers = Executors.newVirtualThreadPerTaskExecutor();
  private final Map<SourceKey, Boolean> reading = new ConcurrentHashMap<>();
  private final Database database;
  private final MemberReconciler reconciler;
  private final SourceSync sourceSync;
  private final Map<String, MembershipSource> sources;

  public SourceWorker(
      Database database,
      MemberReconciler reconciler,
      SourceSync sourceSync,
      Map<String, MembershipSource> sources) {
    this.database = database;
    this.reconciler = reconciler;
    this.sourceSync = sourceSync;
    this.sources = Map.copyOf(sources);
  }

  public void start() {
    var _ =
        passes.scheduleWithFixedDelay(
            this::runPass, INTERVAL.toMillis(), INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Reads a source now that an event has come; doesn't block. */
  public void readSoon(UserId creator, String source) {
    startReading(new SourceKey(creator, source), this::refresh);
  }

  /** Runs blocking work with a source on a virtual thread. */
  public <T> CompletableFuture<T> runBlocking(Supplier<T> work) {
    return CompletableFuture.supplyAsync(work, readers);
  }

  /** Runs a pass soon, after something was configured; doesn't block. */
  public void runSoon() {
    try {
      passes.execute(this::runPass);
    } catch (RejectedExecutionException e) {
      log.debug("The server is closing");
    }
  }

  private void runPass() {
    try {
      runSteps();
      startReaders();
    } catch (RuntimeException e) {
      if (!passes.isShutdown()) {
        log.warn("Memberships could not be brought up to date; trying again", e);
      }
    }
  }

  /** Everything that needs no call to a source, in small transactions. */
  public void runSteps() {
    repeatUntilDone(sourceSync::recordMissingSecret);
    repeatUntilDone(this::redecideBatch);
    repeatUntilDone(this::applyDue);
    while (!passes.isShutdown() && recogniseBatch()) {
      // each is a transaction of its own
    }
  }

  private void startReaders() {
    if (sources.isEmpty()) {
      return;
    }
    read(refreshQueue::findSources).forEach(key -> startReading(key, this::refresh));
    read(tx -> sourceStore.findDueForSync(tx, SYNCS_AT_ONCE))
        .forEach(key -> startReading(key, this::sync));
  }

  private void startReading(SourceKey key, Consumer<SourceKey> work) {
    if (sources.containsKey(key.source()) && reading.putIfAbsent(key, true) == null) {
      try {
        readers.execute(() -> runReader(key, work));
      } catch (RejectedExecutionException e) {
        reading.remove(key);
      }
    }
  }

  private void runReader(SourceKey key, Consumer<SourceKey> work) {
    try {
      work.accept(key);
    } catch (Problem problem) {
      log.debug("Source {} was not read: {}", key, problem.getMessage());
    } catch (RuntimeException e) {
      if (!passes.isShutdown()) {
        log.warn("Source {} could not be read; trying again", key, e);
      }
    } finally {
      reading.remove(key);
    }
  }

  private void refresh(SourceKey key) {
    sourceSync.refresh(key.creator(), source(key));
  }

  private void sync(SourceKey key) {
    var _ = sourceSync.sync(key.creator(), source(key));
  }

  private MembershipSource source(SourceKey key) {
    return Optional.ofNullable(sources.get(key.source())).orElseThrow();
  }

  private boolean redecideBatch(Transaction tx) {
    Optional<SourceKey> key = sourceStore.findRedeciding(tx);
    key.ifPresent(found -> redecideBatch(tx, found));
    return key.isPresent();
  }

  private void redecideBatch(Transaction tx, SourceKey key) {
    reconciler.lock(tx, key.creator());
    Optional<String> after = sourceStore.findRedecideAfter(tx, key);
    if (after.isEmpty()) {
      return;
    }
    List<StoredMember> some =
        memberStore.findAfter(
            tx, key.creator(), key.source(), after.get(), MemberReconciler.MEMBERS_PER_STEP);
    var _ = reconciler.applyAgain(tx, key.creator(), some);
    sourceStore.setRedecideAfter(tx, key, some.isEmpty() ? null : some.getLast().member().id());
  }

  private boolean applyDue(Transaction tx) {
    Optional<UserId> creator = memberStore.findCreatorWithDue(tx);
    creator.ifPresent(
        found -> {
          reconciler.lock(tx, found);
          var _ =
              reconciler.applyAgain(
                  tx, found, memberStore.findDue(tx, found, MemberReconciler.MEMBERS_PER_STEP));
        });
    return creator.isPresent();
  }

  /** Looks first without a transaction that writes: there is hardly ever anybody. */
  private boolean recogniseBatch() {
    List<StoredMember> found =
        read(tx -> memberStore.findRecognisable(tx, MemberReconciler.MEMBERS_PER_STEP));
    if (found.isEmpty()) {
      return false;
    }
    var key = new SourceKey(found.getFirst().creator(), found.getFirst().source());
    Set<String> ids =
        found.stream()
            .filter(each -> new SourceKey(each.creator(), each.source()).equals(key))
            .map(each -> each.member().id())
            .collect(toSet());
    return database.write(tx -> recogniseBatch(tx, key, ids)).join();
  }

  /** What was read before the lock may be of before a payment or a sync. */
  private boolean recogniseBatch(Transaction tx, SourceKey key, Set<String> ids) {
    reconciler.lock(tx, key.creator());
    var current = memberStore.findByIds(tx, key.creator(), key.source(), ids).values();
    var _ = reconciler.applyAgain(tx, key.creator(), List.copyOf(current));
    return true;
  }

  private void repeatUntilDone(Function<Transaction, Boolean> step) {
    while (!passes.isShutdown() && database.write(step).join()) {
      // each step is a transaction of its own
    }
  }

  private <T> T read(Function<Transaction, T> work) {
    return database.read(work).join();
  }

  @Override
  public void close() {
    passes.shutdownNow();
    readers.shutdownNow();
  }
}
