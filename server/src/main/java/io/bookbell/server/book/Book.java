package io.bookbell.server.book;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A book as found in the catalogue.
 *
 * @param key its key in the catalogue, such as {@code /works/OL59800W}
 * @param firstYear the year of first publication
 * @param coverId the id of its cover image in the catalogue
 * @param isbns of some editions, without hyphens, 13-digit ones first
 */
public record Book(
    @Nullable String key,
    String title,
    List<String> authors,
    @Nullable Integer firstYear,
    @Nullable Integer coverId,
    List<String> isbns) {}
