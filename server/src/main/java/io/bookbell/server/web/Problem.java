package io.bookbell.server.web;

import io.bookbell.server.storage.StorageException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A refusal, answered as RFC 9457 {@code application/problem+json}. Thrown inside a transaction it
 * rolls it back.
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
    super(detail, null, false, false); // an expected outcome: nobody reads its stack
    this.status = status;
    this.code = code;
    this.title = title;
    this.errors = errors;
    this.retryAfterSeconds = retryAfterSeconds;
  }

  public static Problem of(int status, String code, String title, String detail) {
    return new Problem(status, code, title, detail, List.of(), 0);
  }

  /** 400: what was sent is not what is expected; each error names its field. */
  public static Problem validationFailed(List<FieldError> errors) {
    String detail =
        String.join(
            "; ", errors.stream().map(error -> error.field() + " " + error.message()).toList());
    return new Problem(400, "validation_failed", "Invalid request", detail, errors, 0);
  }

  public static Problem validationFailed(String field, String message) {
    return validationFailed(List.of(new FieldError(field, message)));
  }

  /** 400: the request as a whole cannot be read. */
  public static Problem malformedRequest(String detail) {
    return of(400, "malformed_request", "Malformed request", detail);
  }

  /** 401: who is asking is not known. */
  public static Problem unauthorized(String detail) {
    return of(401, "unauthorized", "Not signed in", detail);
  }

  /** 403: who is asking may see this, but not do it. */
  public static Problem forbidden(String detail) {
    return of(403, "forbidden", "Not allowed", detail);
  }

  /** 404: there is no such thing, or none that the caller may see. */
  public static Problem notFound() {
    return notFound("Not found, or not visible to you.");
  }

  public static Problem notFound(String detail) {
    return of(404, "not_found", "Not found", detail);
  }

  /** 409: not as things stand. */
  public static Problem conflict(String code, String detail) {
    return of(409, code, "Conflict", detail);
  }

  /** 409: there are as many of something as there may be. */
  public static Problem limitReached(String code, int most, String what) {
    return conflict(code, "There are already " + most + " " + what + ", the most there can be.");
  }

  /** 429: too often; may be tried again after some seconds. */
  public static Problem tooMany(String code, String detail, long retryAfterSeconds) {
    return new Problem(429, code, "Too many requests", detail, List.of(), retryAfterSeconds);
  }

  /** 415: the body is of another kind than this route reads. */
  public static Problem unsupportedType(String detail) {
    return of(415, "unsupported_media_type", "Unsupported media type", detail);
  }

  /** 413: a body has at most so many bytes here. */
  public static Problem tooLarge(int most) {
    String detail =
        most % (1 << 20) == 0
            ? "The body may be at most %,d MiB (%,d bytes).".formatted(most >> 20, most)
            : "The body may be at most %,d KiB (%,d bytes).".formatted(most >> 10, most);
    return of(413, "too_large", "Too large", detail);
  }

  /** 503: not now; may be tried again after a second. */
  public static Problem serverBusy(String detail) {
    return new Problem(503, "busy", "Busy", detail, List.of(), 1);
  }

  /** 503: nothing was done, for a reason that will pass. */
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

  /** The refusal that a failed stage carries, if it failed by one. */
  public static Optional<Problem> findIn(Throwable failure) {
    return CompletionFailures.unwrapCause(failure) instanceof Problem problem
        ? Optional.of(problem)
        : Optional.empty();
  }

  public int status() {
    return status;
  }

  public String errorCode() {
    return code;
  }

  /** Seconds for the {@code Retry-After} header. */
  public OptionalLong retryAfterSeconds() {
    return retryAfterSeconds > 0 ? OptionalLong.of(retryAfterSeconds) : OptionalLong.empty();
  }

  /** The members of the answer, in order. */
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
