package io.bookbell.hub.internal.delivery;

import io.bookbell.hub.Delivery;
import io.bookbell.hub.Message;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The newest version of each state sent on this node, so that a state which arrives both over the
 * backplane and from the database is sent once. Thread-safe, guarded by its lock. Keeps one number
 * for each of the {@value #MAX_STATES} states that changed last; an older one may be sent twice.
 */
final class LatestStates {
  static final int MAX_STATES = 20_000;

  private final Map<String, Long> versions =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Long> eldest) {
          return size() > MAX_STATES;
        }
      };

  /** Removes states that have been sent already or have been superseded by newer ones. */
  List<Delivery> filterLatest(List<Delivery> change) {
    return change.stream().allMatch(delivery -> delivery.message().state().isEmpty())
        ? change
        : change.stream().filter(delivery -> isLatest(delivery.message())).toList();
  }

  /** Forgets all versions, for a new epoch in which they start again. */
  synchronized void clear() {
    versions.clear();
  }

  private boolean isLatest(Message message) {
    return message.state().map(this::raiseVersion).orElse(true);
  }

  private synchronized boolean raiseVersion(Message.StateKey state) {
    Long known = versions.get(state.key());
    boolean raised = known == null || known < state.version();
    if (raised) {
      versions.put(state.key(), state.version());
    }
    return raised;
  }
}
