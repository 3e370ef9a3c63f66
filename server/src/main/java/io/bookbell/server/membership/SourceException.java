package io.bookbell.server.membership;

import com.fasterxml.jackson.annotation.JsonValue;
import java.time.Duration;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;

/** A service can't be read. */
public final class SourceException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final SourceProblem problem;
  private final transient Optional<Duration> retryAfter;

  /** What is wrong, and whether somebody has to mend it. */
  public enum SourceProblem {
    /** The creator has to connect the service again. */
    REVOKED,
    /** Too many calls; it is tried again. */
    BUSY,
    /** It doesn't respond as it should; it is tried again. */
    UNAVAILABLE;

    /** The form in the database and in the API. */
    @JsonValue
    public String wireName() {
      return name().toLowerCase(Locale.ROOT);
    }

    static SourceProblem of(String wireName) {
      return valueOf(wireName.toUpperCase(Locale.ROOT));
    }
  }

  public SourceException(SourceProblem problem, String message) {
    this(problem, message, Optional.empty());
  }

  /**
   * @param retryAfter how long the service asks not to be called
   */
  public SourceException(SourceProblem problem, String message, Optional<Duration> retryAfter) {
    super(message, null, false, false); // expected, so it needs no stack trace
    this.problem = problem;
    this.retryAfter = retryAfter;
  }

  /** What is wrong, in words. */
  public String detail() {
    return Objects.requireNonNullElse(getMessage(), problem.wireName());
  }

  public SourceProblem problem() {
    return problem;
  }

  public Optional<Duration> retryAfter() {
    return retryAfter;
  }
}
