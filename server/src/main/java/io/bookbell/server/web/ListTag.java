package io.bookbell.server.web;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Names a list with its order and its filters, so that a cursor is good for that list alone: every
 * cursor begins with the tag of the list it came from. Immutable.
 */
record ListTag(String text) {
  private static final int LENGTH = 8;

  /** What says which part of a list is wanted, and not which list. */
  private static final Set<String> OF_THE_PART = Set.of("limit", "cursor");

  /**
   * @param path of the list, in the one form that all its spellings have
   * @param query the parameters, decoded, in any order
   */
  static ListTag of(String path, Collection<Map.Entry<String, String>> query) {
    var parts = new TreeSet<String>();
    for (Map.Entry<String, String> parameter : query) {
      if (!OF_THE_PART.contains(parameter.getKey())) {
        parts.add(parameter.getKey() + "=" + parameter.getValue());
      }
    }
    String list = path + "\n" + String.join("\n", parts);
    return new ListTag(Sha256.hexDigest(list.getBytes(UTF_8)).substring(0, LENGTH));
  }

  /** The cursor as clients are given it. */
  String addTag(String cursor) {
    return text + cursor;
  }

  /** The cursor without the tag; empty for one of another list. */
  Optional<String> removeTag(String cursor) {
    return cursor.startsWith(text) ? Optional.of(cursor.substring(LENGTH)) : Optional.empty();
  }

  /** The answer, with the cursor of its page marked, where it is a page. */
  ApiResponse addTag(ApiResponse apiResponse) {
    if (apiResponse.body() instanceof ListPage<?> listPage) {
      String next = listPage.nextCursor();
      if (next != null) {
        var marked = new ListPage<>(listPage.items(), addTag(next));
        return new ApiResponse(
            apiResponse.status(), marked, apiResponse.headers(), apiResponse.cookies());
      }
    }
    return apiResponse;
  }
}
