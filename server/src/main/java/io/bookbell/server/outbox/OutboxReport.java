package io.bookbell.server.outbox;

import io.bookbell.server.outbox.NewsServiceStore.BrokenService;
import io.bookbell.server.outbox.OutboxItem.ItemState;
import io.bookbell.server.outbox.OutboxStore.QueueCount;
import io.bookbell.server.storage.Transaction;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What leaves this installation, over all nodes, for operators. Thread-safe and stateless. */
public final class OutboxReport {
  private static final Duration LATELY = Duration.ofDays(1);

  private final OutboxStore outboxStore = new OutboxStore();
  private final NewsServiceStore serviceStore = new NewsServiceStore();

  /**
   * The items of a kind.
   *
   * @param waiting to be sent, now or after a pause
   * @param sent within the last day
   * @param failed within the last day, for good
   * @param error why the service behind the kind is out of order; null if it isn't
   * @param retryAt when that service is tried again
   */
  public record KindReport(
      NewsKind kind,
      long waiting,
      long sent,
      long failed,
      @Nullable String error,
      @Nullable Instant retryAt) {
    private boolean hasContent() {
      return waiting + sent + failed > 0 || error != null;
    }
  }

  /** Returns the kinds of which there is anything to tell. */
  public List<KindReport> read(Transaction tx) {
    List<QueueCount> waiting = outboxStore.countItems(tx);
    List<QueueCount> settled = outboxStore.countSettled(tx, tx.now().minus(LATELY));
    List<BrokenService> broken = serviceStore.findBroken(tx);
    return Arrays.stream(NewsKind.values())
        .map(
            kind -> {
              Optional<BrokenService> outage =
                  broken.stream().filter(each -> each.kind() == kind).findFirst();
              return new KindReport(
                  kind,
                  sum(waiting, kind, ItemState.NEW, ItemState.QUEUED),
                  sum(settled, kind, ItemState.SENT),
                  sum(settled, kind, ItemState.FAILED),
                  outage.map(BrokenService::error).orElse(null),
                  outage.map(BrokenService::retryAt).orElse(null));
            })
        .filter(KindReport::hasContent)
        .toList();
  }

  private static long sum(List<QueueCount> counts, NewsKind kind, ItemState... states) {
    List<String> names = Arrays.stream(states).map(ItemState::wireName).toList();
    return counts.stream()
        .filter(each -> each.kind() == kind && names.contains(each.state()))
        .mapToLong(QueueCount::amount)
        .sum();
  }
}
