package io.bookbell.server.resilience.workload;

import io.bookbell.server.resilience.workload.Outcome.Done;
import io.bookbell.server.resilience.workload.Outcome.Refused;
import io.bookbell.server.resilience.workload.Outcome.Unknown;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Every command that was sent, and what its sender knows of it. Thread-safe, guarded by this. */
public final class History {
  private final Map<Command, Outcome> outcomes = new LinkedHashMap<>();

  /** Takes down what is known now. What was acknowledged stays so. */
  public synchronized void note(Command command, Outcome outcome) {
    outcomes.merge(command, outcome, (known, more) -> known instanceof Done ? known : more);
  }

  public synchronized List<Command> unknown() {
    return having(Unknown.class);
  }

  public synchronized List<Command> done() {
    return having(Done.class);
  }

  public synchronized List<Command> refused() {
    return having(Refused.class);
  }

  private List<Command> having(Class<? extends Outcome> kind) {
    return outcomes.entrySet().stream()
        .filter(entry -> kind.isInstance(entry.getValue()))
        .map(Map.Entry::getKey)
        .toList();
  }

  public synchronized Outcome outcome(Command command) {
    return outcomes.get(command);
  }

  /**
   * Where what is stored contradicts what the senders know, in words: an acknowledged command has
   * exactly one effect, a refused one none, and one that was not answered has one or none.
   *
   * @param effects how often each effect is stored
   */
  public synchronized List<String> contradictions(Map<String, Integer> effects) {
    var bounds = new TreeMap<String, Bounds>();
    outcomes.forEach(
        (command, outcome) ->
            bounds.merge(command.effect(), Bounds.of(command, outcome), Bounds::plus));
    var found = new ArrayList<String>();
    bounds.forEach(
        (effect, bound) -> {
          int stored = effects.getOrDefault(effect, 0);
          if (stored < bound.least || stored > bound.most) {
            found.add(bound.told(effect, stored));
          }
        });
    return found;
  }

  /** How often an effect must be and may be stored, and the commands that say so. */
  private record Bounds(int least, int most, List<String> because) {
    static Bounds of(Command command, Outcome outcome) {
      List<String> because = List.of(command.key() + " " + command.path() + ": " + outcome);
      return switch (outcome) {
        case Done _ -> new Bounds(1, 1, because);
        case Refused _ -> new Bounds(0, 0, because);
        case Unknown _ -> new Bounds(0, 1, because);
      };
    }

    Bounds plus(Bounds other) {
      var both = new ArrayList<>(because);
      both.addAll(other.because);
      return new Bounds(least + other.least, most + other.most, both);
    }

    String told(String effect, int stored) {
      return "“%s” is stored %d times, expected %d to %d: %s"
          .formatted(effect, stored, least, most, because);
    }
  }
}
