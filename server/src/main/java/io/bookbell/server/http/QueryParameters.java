package io.bookbell.server.http;

import io.bookbell.hub.UserId;
import io.bookbell.server.text.TextNormalizer;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** The query parameters of a request, read like a {@link JsonBody}. Confined to one thread. */
public final class QueryParameters extends RequestFields {
  private static final int DEFAULT_LIMIT = 50;
  private static final int MAX_PAGE_SIZE = 100;

  private static final String FOREIGN_CURSOR =
      "must be the next_cursor of an answer to this list, in this order and with these filters";

  private final Function<String, List<String>> parameters;
  private final ListTag list;

  /**
   * Creates a reader.
   *
   * @param parameters returns the decoded values of a parameter
   */
  public QueryParameters(Function<String, List<String>> parameters) {
    this(parameters, new ListTag(""));
  }

  /**
   * Creates a reader for a list.
   *
   * @param list the list that a cursor must belong to
   */
  QueryParameters(Function<String, List<String>> parameters, ListTag list) {
    this.parameters = parameters;
    this.list = list;
  }

  public UserId requiredUserId(String name) {
    return optionalUserId(name)
        .orElseGet(
            () -> {
              addError(name, "is required");
              return new UserId(1);
            });
  }

  public Optional<UserId> optionalUserId(String name) {
    return findValue(name)
        .map(
            text -> {
              long id = ApiRequest.parseId(text);
              checkField(name, id > 0, "must be an id, a positive integer");
              return new UserId(Math.max(1, id));
            });
  }

  public Optional<Long> optionalId(String name) {
    return findValue(name)
        .map(
            text -> {
              long id = ApiRequest.parseId(text);
              checkField(name, id > 0, "must be a positive integer");
              return Math.max(1, id);
            });
  }

  public Optional<String> optionalOneOf(String name, List<String> allowed) {
    return findValue(name)
        .map(
            text -> {
              checkField(name, allowed.contains(text), oneOfMessage(allowed));
              return allowed.contains(text) ? text : allowed.getFirst();
            });
  }

  /** A single line; a blank one counts as missing. */
  public Optional<String> optionalText(String name, int most) {
    return findValue(name)
        .map(text -> cleanText(name, text, 0, most, TextNormalizer::normalizeLine))
        .filter(text -> !text.isEmpty());
  }

  /** A text exactly as it was sent. Its length is counted in UTF-16 units. */
  public Optional<String> optionalVerbatim(String name, int most) {
    return findValue(name)
        .map(
            text -> {
              checkStorable(name, text);
              checkField(name, text.length() <= most, "must have 0 to " + most + " characters");
              return text;
            });
  }

  /** Reads {@code limit} and {@code cursor}. */
  public PageRequest pageRequest() {
    int limit = findValue("limit").map(this::parseLimit).orElse(DEFAULT_LIMIT);
    return new PageRequest(limit, findValue("cursor").map(this::parseIdCursor));
  }

  /**
   * Like {@link #pageRequest}, for a list that may be ordered by time.
   *
   * @param byTime whether it is ordered by time
   */
  public PageCursor.CursorPageRequest cursorRequest(boolean byTime) {
    int limit = findValue("limit").map(this::parseLimit).orElse(DEFAULT_LIMIT);
    return new PageCursor.CursorPageRequest(
        limit, findValue("cursor").map(text -> parseTimeCursor(text, byTime)));
  }

  private PageCursor parseTimeCursor(String text, boolean byTime) {
    try {
      PageCursor pageCursor = PageCursor.decode(requireOwnTag(text));
      checkField("cursor", pageCursor.isByTime() == byTime, FOREIGN_CURSOR);
      return pageCursor;
    } catch (IllegalArgumentException e) {
      addError("cursor", FOREIGN_CURSOR);
      return PageCursor.ofId(1);
    }
  }

  private String requireOwnTag(String cursor) {
    return list.removeTag(cursor).orElseThrow(() -> new IllegalArgumentException("another list"));
  }

  /** A comma-separated list of allowed words. */
  public Set<String> optionalSomeOf(String name, List<String> allowed) {
    var found = new LinkedHashSet<String>();
    findValue(name)
        .ifPresent(
            text -> {
              for (String word : text.split(",", -1)) {
                checkField(
                    name,
                    allowed.contains(word),
                    oneOfMessage(allowed) + ", or several with commas");
                if (allowed.contains(word)) {
                  found.add(word);
                }
              }
            });
    return found;
  }

  /** A time such as {@code 2026-11-23T20:15:00Z}, from 1970 to 9999. */
  public Optional<Instant> optionalInstant(String name) {
    return findValue(name)
        .map(
            text -> {
              try {
                OffsetDateTime time = OffsetDateTime.parse(text);
                checkField(
                    name,
                    time.getYear() >= 1970 && time.getYear() <= 9999,
                    "must be from 1970 to 9999");
                return time.toInstant();
              } catch (DateTimeException e) {
                addError(name, "must be a time such as 2026-11-23T20:15:00Z");
                return Instant.EPOCH;
              }
            });
  }

  /** A whole number in a range, or the fallback if the parameter is missing. */
  public int optionalInt(String name, int least, int most, int fallback) {
    return findValue(name)
        .map(
            text -> {
              long number = ApiRequest.parseId(text);
              boolean good = number >= least && number <= most;
              checkField(name, good, "must be an integer from " + least + " to " + most);
              return good ? (int) number : fallback;
            })
        .orElse(fallback);
  }

  private int parseLimit(String text) {
    long limit = ApiRequest.parseId(text);
    boolean good = limit >= 1 && limit <= MAX_PAGE_SIZE;
    checkField("limit", good, "must be an integer from 1 to " + MAX_PAGE_SIZE);
    return good ? (int) limit : DEFAULT_LIMIT;
  }

  private long parseIdCursor(String text) {
    try {
      long id = ListPage.decode(requireOwnTag(text));
      checkField("cursor", id > 0, FOREIGN_CURSOR);
      return Math.max(1, id);
    } catch (IllegalArgumentException e) {
      addError("cursor", FOREIGN_CURSOR);
      return 1;
    }
  }

  private Optional<String> findValue(String name) {
    List<String> values = parameters.apply(name);
    checkField(name, values.size() <= 1, "must appear only once");
    return values.stream().findFirst();
  }
}
