package io.bookbell.hub.internal.delivery;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.bookbell.hub.Delivery;
import io.bookbell.hub.Message;
import io.bookbell.hub.UserId;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class LatestStatesTest {
  private final LatestStates latestStates = new LatestStates();

  @Test
  void eachVersionOfAStateIsSentOnce() {
    assertThat(isSent("a", 2)).isTrue();
    assertThat(isSent("a", 2)).isFalse();
    assertThat(isSent("a", 1)).isFalse();
    assertThat(isSent("b", 1)).isTrue();
    assertThat(isSent("a", 3)).isTrue();

    latestStates.clear();

    assertThat(isSent("a", 1)).isTrue();
  }

  @Test
  void whatIsNoStateIsSentAsOftenAsItCame() {
    var message = Delivery.unnumbered(Message.of("{}".getBytes(UTF_8)), Set.of(new UserId(1)));

    assertThat(latestStates.filterLatest(List.of(message, message))).hasSize(2);
  }

  @Test
  void onlyTheStatesThatChangedLastAreKept() {
    isSent("kept", 1);
    isSent("forgotten", 1);
    for (int state = 2; state < LatestStates.MAX_STATES; state++) {
      isSent("state " + state, 1);
    }
    assertThat(isSent("kept", 1)).isFalse();

    isSent("one more", 1);

    assertThat(isSent("kept", 1)).isFalse();
    assertThat(isSent("forgotten", 1)).isTrue();
  }

  private boolean isSent(String key, long version) {
    var message = Message.state(key, version, "{}".getBytes(UTF_8));
    var change = List.of(Delivery.unnumbered(message, Set.of(new UserId(1))));
    return !latestStates.filterLatest(change).isEmpty();
  }
}
