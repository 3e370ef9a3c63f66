package io.bookbell.server.outbox;

import static org.awaitility.Awaitility.await;

import io.bookbell.hub.UserId;
import io.bookbell.server.Domain;
import io.bookbell.server.DomainTest;
import io.bookbell.server.outbox.NewsTargetStore.NewTarget;
import io.bookbell.server.outbox.OutboxItem.ItemState;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** Base class of tests of the outbox: who is told, and a sender that runs when a test says so. */
abstract class OutboxTest extends DomainTest {
  final RecordingTransport outside = new RecordingTransport();
  final OutboxStatistics statistics = new OutboxStatistics();
  final NewsTargetStore targets = new NewsTargetStore();
  final OutboxStore outbox = new OutboxStore();
  OutboxSender sender;
  UserId creator;
  UserId supporter;

  @BeforeEach
  void people() {
    creator = domain.creator("mara");
    supporter = domain.supporter(creator, "amara", 50);
    sender = newSender(domain);
  }

  @AfterEach
  void closeSender() {
    sender.close();
  }

  final OutboxSender newSender(Domain node) {
    return new OutboxSender(node.database(), List.of(outside), statistics);
  }

  final long subscribe(UserId user, String address, NewsEvent... events) {
    return domain.write(
        tx -> {
          NewsTarget target =
              targets.create(tx, NewTarget.channel(user, NewsKind.NTFY, address, "{}", true));
          targets.replaceEvents(tx, target, Set.of(events));
          return target.id();
        });
  }

  final void askTimes(int times) {
    for (int time = 0; time < times; time++) {
      domain.ask(supporter, creator, "Book");
    }
  }

  final void sendUntil(Runnable assertion) {
    await()
        .untilAsserted(
            () -> {
              sender.startDue();
              assertion.run();
            });
  }

  final NewsTarget target(long id) {
    return domain.read(tx -> targets.find(tx, id)).orElseThrow();
  }

  final int leased() {
    return domain.read(
        tx ->
            tx.query("SELECT count(*) AS amount FROM news_target WHERE lease IS NOT NULL")
                .single(row -> row.getInt("amount")));
  }

  final List<OutboxItem> itemsOf(String address) {
    return domain.read(
        tx ->
            outbox
                .listItems(
                    tx,
                    tx.query("SELECT id FROM news_target WHERE address = ?", address)
                        .single(row -> row.getLong("id")),
                    1000)
                .reversed());
  }

  final List<String> written(String address) {
    return itemsOf(address).stream().map(OutboxItem::event).toList();
  }

  final List<ItemState> states(String address) {
    return itemsOf(address).stream().map(OutboxItem::state).toList();
  }
}
