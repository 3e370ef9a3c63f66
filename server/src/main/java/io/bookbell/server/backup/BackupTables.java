package io.bookbell.server.backup;

import static io.bookbell.server.storage.schema.Tables.ACTIVITY;
import static io.bookbell.server.storage.schema.Tables.APP_USER;
import static io.bookbell.server.storage.schema.Tables.BOOK_REQUEST;
import static io.bookbell.server.storage.schema.Tables.CANNED_RESPONSE;
import static io.bookbell.server.storage.schema.Tables.CREATOR;
import static io.bookbell.server.storage.schema.Tables.CREATOR_PICTURE;
import static io.bookbell.server.storage.schema.Tables.IDEMPOTENCY_KEY;
import static io.bookbell.server.storage.schema.Tables.INBOX;
import static io.bookbell.server.storage.schema.Tables.INBOX_HEAD;
import static io.bookbell.server.storage.schema.Tables.INSTALLATION;
import static io.bookbell.server.storage.schema.Tables.INVITATION;
import static io.bookbell.server.storage.schema.Tables.MEMBERSHIP;
import static io.bookbell.server.storage.schema.Tables.MESSAGE;
import static io.bookbell.server.storage.schema.Tables.NOTIFICATION;
import static io.bookbell.server.storage.schema.Tables.NOTIFICATION_RECIPIENT;
import static io.bookbell.server.storage.schema.Tables.QUOTA_LEDGER;
import static io.bookbell.server.storage.schema.Tables.RECEIPT;
import static io.bookbell.server.storage.schema.Tables.REPLY;
import static io.bookbell.server.storage.schema.Tables.REQUEST_FOLLOWER;
import static io.bookbell.server.storage.schema.Tables.TEAM_MEMBER;
import static io.bookbell.server.storage.schema.Tables.TIER;
import static io.bookbell.server.storage.schema.Tables.TIER_ANNOUNCEMENT;

import java.util.List;
import org.jooq.Field;
import org.jooq.Record;
import org.jooq.Table;
import org.jspecify.annotations.Nullable;

/**
 * The tables in a backup: all except those of sessions, sign-ins and derived data. Each comes after
 * the tables it references.
 */
final class BackupTables {
  static final List<Table<?>> IN_ORDER =
      List.of(
          INSTALLATION,
          APP_USER,
          IDEMPOTENCY_KEY,
          CREATOR,
          CREATOR_PICTURE,
          TIER,
          TIER_ANNOUNCEMENT,
          MEMBERSHIP,
          TEAM_MEMBER,
          INVITATION,
          BOOK_REQUEST,
          REPLY,
          REQUEST_FOLLOWER,
          RECEIPT,
          CANNED_RESPONSE,
          QUOTA_LEDGER,
          ACTIVITY,
          NOTIFICATION,
          NOTIFICATION_RECIPIENT,
          INBOX_HEAD,
          MESSAGE,
          INBOX);

  private BackupTables() {}

  /** A value as the database stores it: a number, a string, a boolean, bytes or null. */
  static <T> @Nullable Object storedValue(Field<T> field, Record row) {
    T value = row.get(field);
    return value == null ? null : field.getConverter().to(value);
  }
}
