package io.bookbell.server.cluster;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.bookbell.hub.Message;
import io.bookbell.hub.UserId;
import io.bookbell.server.DomainTest;
import io.bookbell.server.account.AccountStore.NewAccount;
import io.bookbell.server.inbox.MessageType;
import io.bookbell.server.inbox.OutgoingMessages;
import io.bookbell.server.storage.Transaction;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * Messages to more users than a statement has parameters, and to a few of them in the same
 * transaction.
 */
class LargeAudienceTest extends DomainTest {
  private static final int ALL = 1_200;

  @Test
  void everybodyHasEveryMessageInOrderUnderTheNextNumber() {
    List<UserId> all = domain.write(this::people);
    List<UserId> some = all.subList(100, 200);
    List<UserId> few = all.subList(150, 153);
    var expected = new HashMap<UserId, NavigableMap<Long, String>>();

    tell(expected, Map.of("first", few));
    domain.sent.clear();
    tell(expected, Map.of("1 to all", all, "2 to some", some, "3 to few", few, "4 to all", all));

    var sent = new HashMap<UserId, NavigableMap<Long, String>>();
    domain.sent.forEach(
        delivery ->
            delivery
                .sequence()
                .forEach((user, seq) -> put(sent, user, seq, text(delivery.message()))));
    for (UserId user : all) {
      var stored = new TreeMap<Long, String>();
      domain
          .read(tx -> domain.features.inbox.readAfter(tx, user, 0, 10))
          .forEach(each -> stored.put(each.seq(), text(each.message())));
      assertThat(stored).isEqualTo(expected.get(user));
      assertThat(domain.head(user)).isEqualTo(stored.lastKey());
      assertThat(sent.get(user)).isEqualTo(few.contains(user) ? stored.tailMap(2L) : stored);
    }
  }

  private List<UserId> people(Transaction tx) {
    return IntStream.range(0, ALL)
        .mapToObj(number -> new NewAccount(number + "@test.example", "Somebody", "no hash"))
        .map(wanted -> domain.features.accounts.create(tx, wanted, false).id())
        .toList();
  }

  /** Sends all messages in one transaction, in the order of their texts. */
  private void tell(
      Map<UserId, NavigableMap<Long, String>> expected, Map<String, List<UserId>> audiences) {
    var inOrder = new TreeMap<>(audiences);
    domain.write(
        tx -> {
          inOrder.forEach(
              (text, audience) -> {
                var outgoingMessages = new OutgoingMessages();
                outgoingMessages.add(MessageType.NOTIFICATION, Map.of("text", text), audience);
                domain.features.inbox.append(tx, outgoingMessages);
              });
          return true;
        });
    inOrder.forEach(
        (text, audience) ->
            audience.forEach(
                user ->
                    put(
                        expected,
                        user,
                        expected.computeIfAbsent(user, _ -> new TreeMap<>()).size() + 1L,
                        text)));
  }

  private static void put(
      Map<UserId, NavigableMap<Long, String>> histories, UserId user, long seq, String text) {
    histories.computeIfAbsent(user, _ -> new TreeMap<>()).put(seq, text);
  }

  private static String text(Message message) {
    return new String(message.json(), UTF_8).replaceFirst("^.*\"text\":\"(.*)\".*$", "$1");
  }
}
