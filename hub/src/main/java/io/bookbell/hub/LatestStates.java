package io.bookbell.hub;

import java.util.List;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The newest version of each state that went out on this node, so that one that is heard of in two
 * ways goes out once. Thread-safe; holds one number for each state there ever was.
 */
final class LatestStates {
  private final ConcurrentHashMap<String, Long> versions = new ConcurrentHashMap<>();

  /** Without the states that have gone out already, or were overtaken by newer ones. */
  List<Delivery> filterLatest(List<Delivery> change) {
    return change.stream().allMatch(delivery -> delivery.message().state().isEmpty())
        ? change
        : change.stream().filter(delivery -> isLatest(delivery.message())).toList();
  }

  /** Forgets all versions: they begin anew. */
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
