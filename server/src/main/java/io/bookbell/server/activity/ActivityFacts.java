package io.bookbell.server.activity;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.bookbell.server.activity.ActivityDetails.TextDetails;
import io.bookbell.server.json.Json;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What an activity was: its kind, and details of the type that belongs to the kind. */
public record ActivityFacts(ActivityKind kind, ActivityDetails details) {
  /**
   * @throws IllegalArgumentException if the details are of another type than the kind's
   */
  public ActivityFacts {
    if (!kind.detailsType().isInstance(details)) {
      throw new IllegalArgumentException(
          "%s needs %s, got %s"
              .formatted(kind, kind.detailsType().getSimpleName(), details.getClass()));
    }
  }

  static ActivityFacts ofText(String kind, String text) {
    return new ActivityFacts(ActivityKind.TEXT, new TextDetails(kind, text));
  }

  /**
   * Reads stored facts.
   *
   * @param details null if the row is from before rows had details
   * @param text the English text of such a row
   */
  static ActivityFacts ofStored(String kind, @Nullable String details, String text) {
    if (details == null) {
      return ActivityTextParser.parseText(kind, text);
    }
    return ActivityKind.find(kind)
        .flatMap(known -> readDetails(known, details))
        .orElseGet(() -> ofText(kind, kind.replace('_', ' ')));
  }

  /** Returns the facts; empty if they are in a form that only a newer version knows. */
  private static Optional<ActivityFacts> readDetails(ActivityKind kind, String details) {
    try {
      return Optional.of(new ActivityFacts(kind, Json.readStored(details, kind.detailsType())));
    } catch (JsonProcessingException e) {
      return Optional.empty();
    }
  }

  /** The form in which {@link #ofStored} reads the details. */
  String storedDetails() {
    return Json.writeAsString(details);
  }
}
