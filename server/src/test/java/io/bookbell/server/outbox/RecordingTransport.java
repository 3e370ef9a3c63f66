package io.bookbell.server.outbox;

import io.bookbell.server.outbox.SendPlan.SendNow;
import io.bookbell.server.outbox.SendResult.Accepted;
import io.bookbell.server.storage.Transaction;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.function.Function;

/** The other side of all targets: records what it accepts, and answers as a test wants it. */
final class RecordingTransport implements NewsTransport {
  /** The ids that each address has accepted, in the order of their arrival. */
  final Map<String, List<Long>> accepted = new ConcurrentHashMap<>();

  private final Map<String, Function<OutboxItem, SendResult>> behaviours =
      new ConcurrentHashMap<>();

  List<Long> at(String address) {
    return accepted.computeIfAbsent(address, _ -> new CopyOnWriteArrayList<>());
  }

  void behave(String address, Function<OutboxItem, SendResult> behaviour) {
    behaviours.put(address, behaviour);
  }

  /** Has some addresses take an attempt each, and answer when {@link Hang#end} is called. */
  Hang hang(SendResult answer, String... addresses) {
    var hang = new Hang(addresses.length);
    for (String address : addresses) {
      behave(address, _ -> hang.answer(answer));
    }
    return hang;
  }

  /** Attempts that don't end by themselves. */
  static final class Hang {
    private final CountDownLatch asked;
    private final CountDownLatch ended = new CountDownLatch(1);

    private Hang(int targets) {
      asked = new CountDownLatch(targets);
    }

    private SendResult answer(SendResult answer) {
      asked.countDown();
      try {
        ended.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      return answer;
    }

    /** Whether all of them have begun. */
    boolean isComplete() {
      return asked.getCount() == 0;
    }

    void end() {
      ended.countDown();
    }
  }

  void recover(String address) {
    behaviours.remove(address);
  }

  @Override
  public NewsKind kind() {
    return NewsKind.NTFY;
  }

  @Override
  public SendPlan planNext(Transaction tx, NewsTarget target, List<OutboxItem> queued) {
    OutboxItem first = queued.getFirst();
    return SendNow.single(first, () -> receive(target.address(), first));
  }

  private SendResult receive(String address, OutboxItem item) {
    SendResult result = behaviours.getOrDefault(address, _ -> new Accepted()).apply(item);
    if (result instanceof Accepted) {
      at(address).add(item.id());
    }
    return result;
  }
}
