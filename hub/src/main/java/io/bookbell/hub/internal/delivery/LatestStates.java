package io.bookbell.hub.internal.delivery;

import io.bookbell.hub.Delivery;
import io.bookbell.hub.Message;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The newest version of each state sent on this node, so that a state which arrives both over the
 * backplane and from the database is sent once. Thread-safe; keeps one number for each state,
 * without a limit.
 */
final class LatestStates {
  private final ConcurrentHashMap<String, Long> versions = new ConcurrentHashMap<>();

  /** Removes states that have been sent already or have been superseded by newer ones. */
  List<Delivery> filterLatest(List<Delivery> change) {
    return change.stream().allMatch(delivery -> delivery.message().state().isEmpty())
        ? change
        : change.stream().filter(delivery -> isLatest(delivery.message())).toList();
  }

  /** Forgets all versions, for a new epoch in which they start again. */
  void clear() {
    versions.clear();
  }

  private boolean isLatest(Message message) {
    return message.state().map(this::raiseVersion).orElse(true);
  }

  private boolean raiseVersion(Message.StateKey state) {
    boolean[] raised = {false};
    versions.compute(
        state.key(),
        (_, known) -> {
          raised[0] = known == null || known < state.version();
          return raised[0] ? Long.valueOf(state.version()) : known;
        });
    return raised[0];
  }
}
