package io.bookbell.server.activity;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A changed field with its old and its new value: a string, a number or a boolean; an empty string
 * for none, and null for unknown.
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record FieldChange(
    ChangedField field,
    @JsonProperty("old") @Nullable Object oldValue,
    @JsonProperty("new") @Nullable Object newValue) {

  /** The fields whose changes are recorded, of creators and of tiers. */
  public enum ChangedField {
    NAME,
    ACCEPTING,
    NOTICE,
    /** The values tell whether there are rules. The rules themselves are too long for a log. */
    RULES,
    SHOWS_ASKED,
    SELF_SERVICE,
    COLOUR,
    /** The values tell whether there is a picture. */
    PICTURE,
    REQUESTS_ALLOWED,
    PERIOD,
    DAYS,
    MOST_OPEN,
    AUTO_APPROVE,
    TIME_ZONE;

    /** The form in the database and in the API. */
    @JsonValue
    public String wireName() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** Collects the fields whose values differ. */
  public static final class ChangeCollector {
    private final List<FieldChange> changes = new ArrayList<>();

    /** Adds the field if its value has changed. */
    public ChangeCollector compareField(ChangedField field, Object oldValue, Object newValue) {
      return compareContent(field, oldValue, newValue, oldValue, newValue);
    }

    /** Like {@link #compareField}, but records other values than those that are compared. */
    public ChangeCollector compareContent(
        ChangedField field, Object before, Object after, Object oldValue, Object newValue) {
      if (!Objects.equals(before, after)) {
        changes.add(new FieldChange(field, oldValue, newValue));
      }
      return this;
    }

    public List<FieldChange> toList() {
      return List.copyOf(changes);
    }
  }
}
