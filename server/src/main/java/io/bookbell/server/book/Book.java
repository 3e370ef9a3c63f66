package io.bookbell.server.book;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A book as the catalogue has it.
 *
 * @param key its place in the catalogue, such as {@code /works/OL59800W}
 * @param firstYear when it was first published
 * @param coverId of its picture
 * @param isbns of some editions, without hyphens, the 13-digit ones first
 */
public record Book(
    @Nullable String key,
    String title,
    List<String> authors,
    @Nullable Integer firstYear,
    @Nullable Integer coverId,
    List<String> isbns) {}
