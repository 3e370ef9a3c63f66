package io.bookbell.server.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Identifies a list including its order and filters. Every cursor starts with the tag of its list,
 * so it is valid for that list alone. Immutable.
 */
record ListTag(String text) {
  private static final int LENGTH = 8;

  /** The parameters that select a page and not the list. */
  private static final Set<String> OF_THE_PART = Set.of("limit", "cursor");

  /**
   * @param path the normalized path of the list
   * @param query the decoded parameters in any order
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

  /** Returns the cursor as clients receive it. */
  String addTag(String cursor) {
    return text + cursor;
  }

  /** Returns the cursor without the tag; empty if it belongs to another list. */
  Optional<String> removeTag(String cursor) {
    return cursor.startsWith(text) ? Optional.of(cursor.substring(LENGTH)) : Optional.empty();
  }

  /** Adds the tag to the cursor in a response, if its body is a page. */
  ApiResponse addTag(ApiResponse apiResponse) {
    if (apiResponse.body() instanceof CursorPage page) {
      String next = page.nextCursor();
      if (next != null) {
        return new ApiResponse(
            apiResponse.status(),
            page.withCursor(addTag(next)),
            apiResponse.headers(),
            apiResponse.cookies());
      }
    }
    return apiResponse;
  }
}
