package io.bookbell.server.http;

import io.bookbell.server.storage.StorageException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A refusal, sent as RFC 9457 {@code application/problem+json}. Rolls back the transaction in which
 * it is thrown.
 */
public final class Problem extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int status;
  private final String code;
  private final String title;
  private final transient List<FieldError> errors;
  private final long retryAfterSeconds;

  private Problem(
      int status,
      String code,
      String title,
      String detail,
      List<FieldError> errors,
      long retryAfterSeconds) {
    super(detail, null, false, false); // an expected outcome, so no stack trace is recorded
    this.status = status;
    this.code = code;
    this.title = title;
    this.errors = errors;
    this.retryAfterSeconds = retryAfterSeconds;
  }

  public static Problem of(int status, String code, String title, String detail) {
    return new Problem(status, code, title, detail, List.of(), 0);
  }

  /** 400: the request is invalid; each error names its field. */
  public static Problem validationFailed(List<FieldError> errors) {
    String detail =
        String.join(
            "; ", errors.stream().map(error -> error.field() + " " + error.message()).toList());
    return new Problem(400, "validation_failed", "Invalid request", detail, errors, 0);
  }

  public static Problem validationFailed(String field, String message) {
    return validationFailed(List.of(new FieldError(field, message)));
  }

  /** 400: the request can't be parsed. */
  public static Problem malformedRequest(String detail) {
    return of(400, "malformed_request", "Malformed request", detail);
  }

  /** 401: the caller isn't authenticated. */
  public static Problem unauthorized(String detail) {
    return of(401, "unauthorized", "Not signed in", detail);
  }

  /** 403: the caller may see this, but not do it. */
  public static Problem forbidden(String detail) {
    return of(403, "forbidden", "Not allowed", detail);
  }

  /** 404: there is no such resource, or the caller may not see it. */
  public static Problem notFound() {
    return notFound("Not found, or not visible to you.");
  }

  public static Problem notFound(String detail) {
    return of(404, "not_found", "Not found", detail);
  }

  /** 409: the current state doesn't allow it. */
  public static Problem conflict(String code, String detail) {
    return of(409, code, "Conflict", detail);
  }

  /** 409: the maximum number of something exists already. */
  public static Problem limitReached(String code, int most, String what) {
    return conflict(code, "There are already " + most + " " + what + ", the most there can be.");
  }

  /** 429: the rate limit is exceeded; the client may retry after some seconds. */
  public static Problem tooMany(String code, String detail, long retryAfterSeconds) {
    return new Problem(429, code, "Too many requests", detail, List.of(), retryAfterSeconds);
  }

  /** 415: the route doesn't accept this media type. */
  public static Problem unsupportedType(String detail) {
    return of(415, "unsupported_media_type", "Unsupported media type", detail);
  }

  /** 413: the body is longer than this many bytes. */
  public static Problem tooLarge(int most) {
    String detail =
        most % (1 << 20) == 0
            ? "The body may be at most %,d MiB (%,d bytes).".formatted(most >> 20, most)
            : "The body may be at most %,d KiB (%,d bytes).".formatted(most >> 10, most);
    return of(413, "too_large", "Too large", detail);
  }

  /** 503: temporarily overloaded; the client may retry after a second. */
  public static Problem serverBusy(String detail) {
    return new Problem(503, "busy", "Busy", detail, List.of(), 1);
  }

  /** 503: the server is about to stop, or starts over; the client may retry after some seconds. */
  public static Problem goingAway(long retryAfterSeconds) {
    return serviceUnavailable(
        "going_away", "Going away", "The server is restarting. Try again.", retryAfterSeconds);
  }

  /** 503: nothing was changed, for a temporary reason. */
  static Problem of(StorageException failure) {
    return switch (failure.trouble()) {
      case FULL ->
          serviceUnavailable(
              "storage_full", "Disk full", "The server's disk is full. Nothing was stored.", 10);
      case READ_ONLY, FAILING, OUT_OF_MEMORY, UNREACHABLE ->
          serviceUnavailable(
              "storage_unavailable",
              "Database unavailable",
              "The server's database is unavailable. Try again.",
              2);
      case BUSY -> serviceUnavailable("busy", "Busy", "The server is busy. Try again.", 1);
    };
  }

  private static Problem serviceUnavailable(
      String code, String title, String detail, long retryAfterSeconds) {
    return new Problem(503, code, title, detail, List.of(), retryAfterSeconds);
  }

  /** The problem with which a stage failed, if it failed with one. */
  public static Optional<Problem> findIn(Throwable failure) {
    return CompletionFailures.unwrapCause(failure) instanceof Problem problem
        ? Optional.of(problem)
        : Optional.empty();
  }

  /** The errors of single fields. */
  List<FieldError> fieldErrors() {
    return errors;
  }

  public int status() {
    return status;
  }

  public String errorCode() {
    return code;
  }

  /** The value of the {@code Retry-After} header in seconds. */
  public OptionalLong retryAfterSeconds() {
    return retryAfterSeconds > 0 ? OptionalLong.of(retryAfterSeconds) : OptionalLong.empty();
  }

  /** The members of the JSON object, in order. */
  public Map<String, Object> toMembers() {
    var members = new LinkedHashMap<String, Object>();
    members.put("type", "urn:bookbell:problem:" + code);
    members.put("title", title);
    members.put("status", status);
    members.put("detail", getMessage());
    members.put("code", code);
    if (!errors.isEmpty()) {
      members.put("errors", errors);
    }
    return members;
  }
}
