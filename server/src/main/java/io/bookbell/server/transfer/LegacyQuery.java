package io.bookbell.server.transfer;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The queries of a mapping, in the order in which an import runs them. */
@SuppressWarnings("ImmutableEnumChecker") // the lists are immutable
enum LegacyQuery {
  CREATORS("id", "id", "email", "display_name", "password_hash"),
  TEAM(
      "user_id, creator_id",
      "creator_id",
      "user_id",
      "email",
      "display_name",
      "password_hash",
      "active"),
  SUPPORTERS(
      "user_id, creator_id",
      "creator_id",
      "user_id",
      "email",
      "display_name",
      "password_hash",
      "tier",
      "requests_allowed",
      "requests_used"),
  REQUESTS(
      "id",
      "id",
      "creator_id",
      "user_id",
      "title",
      "author",
      "isbn",
      "note",
      "status",
      "response",
      "responded_by",
      "refunded",
      "created_at",
      "updated_at"),
  REPLIES("id", "id", "request_id", "user_id", "body", "created_at");

  private final String order;
  private final List<String> columns;

  LegacyQuery(String order, String... columns) {
    this.order = order;
    this.columns = List.of(columns);
  }

  /** The name in a mapping. */
  String queryName() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The columns by which rows are read in order. */
  String order() {
    return order;
  }

  List<String> columns() {
    return columns;
  }

  static Optional<LegacyQuery> find(String name) {
    return Arrays.stream(values()).filter(query -> query.queryName().equals(name)).findFirst();
  }
}
