package io.bookbell.server.personal;

import static io.bookbell.server.personal.ExportSection.ExportField.flag;
import static io.bookbell.server.personal.ExportSection.ExportField.json;
import static io.bookbell.server.personal.ExportSection.ExportField.number;
import static io.bookbell.server.personal.ExportSection.ExportField.text;
import static io.bookbell.server.personal.ExportSection.ExportField.time;

import io.bookbell.server.personal.ExportSection.ExportField;
import io.bookbell.server.personal.ExportSection.KeyColumn;
import java.util.List;
import java.util.stream.Stream;

/**
 * Everything that is stored about a person, section by section. Other people's names appear in it
 * only where the person was told them.
 */
final class ExportSections {
  private static final KeyColumn OF_REQUEST =
      new KeyColumn("r.id", "request_id", "p.request_id", false);

  private static final List<ExportSection> ROLES =
      List.of(
          list(
              "memberships",
              """
              SELECT m.creator_id AS creator_id, c.name AS creator_name, t.name AS tier,
                m.period_key AS period, m.used AS used, m.granted AS granted,
                m.own_allowed AS own_allowance, m.created_at AS created_at,
                m.ended_at AS ended_at, m.blocked_at AS blocked_at
              FROM membership m
              JOIN creator c ON c.id = m.creator_id
              JOIN tier t ON t.id = m.tier_id
              WHERE m.user_id = ?\
              """,
              List.of(KeyColumn.of("m.creator_id")),
              number("creator_id"),
              text("creator_name"),
              text("tier"),
              text("period"),
              number("used"),
              number("granted"),
              number("own_allowance"),
              time("created_at"),
              time("ended_at"),
              time("blocked_at")),
          list(
              "quota_ledger",
              """
              SELECT m.creator_id AS creator_id, l.id AS id, l.kind AS kind, l.amount AS amount,
                l.request_id AS request_id, l.period_key AS period, l.used_after AS used_after,
                l.allowed AS allowed, l.reason AS reason, l.created_at AS created_at,
                coalesce(l.counter, 'own') AS counter
              FROM membership m
              JOIN quota_ledger l ON l.creator_id = m.creator_id AND l.user_id = m.user_id
              WHERE m.user_id = ?\
              """,
              List.of(KeyColumn.of("m.creator_id"), KeyColumn.of("l.id")),
              number("creator_id"),
              text("kind"),
              number("amount"),
              number("request_id"),
              text("period"),
              number("used_after"),
              number("allowed"),
              text("reason"),
              text("counter"),
              time("created_at")),
          list(
              "tier_changes",
              """
              SELECT m.creator_id AS creator_id, t.id AS id, t.source AS source,
                t.old_tier AS old_tier, t.new_tier AS new_tier, t.created_at AS created_at
              FROM membership m
              JOIN tier_change t ON t.creator_id = m.creator_id AND t.user_id = m.user_id
              WHERE m.user_id = ?\
              """,
              List.of(KeyColumn.of("m.creator_id"), KeyColumn.of("t.id")),
              number("creator_id"),
              text("source"),
              text("old_tier"),
              text("new_tier"),
              time("created_at")),
          list(
              "patreon_memberships",
              """
              SELECT m.creator_id AS creator_id, m.external_id AS external_id, m.email AS email,
                m.state AS state, m.tiers AS tiers, m.paid_until AS paid_until,
                m.grace_until AS grace_until
              FROM source_member m
              WHERE m.source = 'patreon' AND m.user_id = ?\
              """,
              List.of(KeyColumn.of("m.creator_id"), KeyColumn.ofText("m.external_id")),
              number("creator_id"),
              text("external_id"),
              text("email"),
              text("state"),
              text("tiers"),
              time("paid_until"),
              time("grace_until")),
          list(
              "kofi_memberships",
              """
              SELECT m.creator_id AS creator_id, m.external_id AS external_id, m.email AS email,
                m.state AS state, m.tiers AS tiers, m.paid_until AS paid_until,
                m.grace_until AS grace_until
              FROM source_member m
              WHERE m.source = 'kofi' AND m.user_id = ?\
              """,
              List.of(KeyColumn.of("m.creator_id"), KeyColumn.ofText("m.external_id")),
              number("creator_id"),
              text("external_id"),
              text("email"),
              text("state"),
              text("tiers"),
              time("paid_until"),
              time("grace_until")),
          single(
              "account_at_patreon",
              """
              SELECT external_id, linked_at FROM source_account
              WHERE source = 'patreon' AND user_id = ?\
              """,
              text("external_id"),
              time("linked_at")),
          list(
              "team_memberships",
              """
              SELECT t.creator_id AS creator_id, c.name AS creator_name, t.active AS active,
                t.role AS role, t.created_at AS created_at
              FROM team_member t
              JOIN creator c ON c.id = t.creator_id
              WHERE t.user_id = ?\
              """,
              List.of(KeyColumn.of("t.creator_id")),
              number("creator_id"),
              text("creator_name"),
              text("role"),
              flag("active"),
              time("created_at")));

  private static final List<ExportSection> REQUESTS =
      List.of(
          list(
              "book_requests",
              """
              SELECT id, creator_id, title, author, isbn, note, cover_id, status, response,
                refunded, created_at, updated_at
              FROM book_request
              WHERE user_id = ?\
              """,
              List.of(KeyColumn.of("id")),
              number("id"),
              number("creator_id"),
              text("title"),
              text("author"),
              text("isbn"),
              text("note"),
              number("cover_id"),
              text("status"),
              text("response"),
              flag("refunded"),
              time("created_at"),
              time("updated_at")),
          list(
              "replies_to_book_requests",
              """
              SELECT r.id AS request_id, p.id AS id, p.user_id AS user_id,
                p.body AS body, p.created_at AS created_at
              FROM book_request r
              JOIN reply p ON p.request_id = r.id
              WHERE r.user_id = ?\
              """,
              List.of(OF_REQUEST, KeyColumn.of("p.id")),
              number("request_id"),
              number("user_id"),
              text("body"),
              time("created_at")),
          list(
              "replies_elsewhere",
              """
              SELECT p.id AS id, p.request_id AS request_id, p.body AS body,
                p.created_at AS created_at
              FROM reply p
              JOIN book_request r ON r.id = p.request_id AND r.user_id <> p.user_id
              WHERE p.user_id = ?\
              """,
              List.of(KeyColumn.of("p.id")),
              number("request_id"),
              text("body"),
              time("created_at")),
          list(
              "answers_given",
              """
              SELECT a.id AS id, r.id AS request_id, r.status AS status, r.response AS response,
                a.created_at AS created_at
              FROM activity a
              JOIN book_request r ON r.id = a.request_id AND r.responded_by = a.actor_id
                AND a.kind = 'request_' || r.status
              WHERE a.actor_id = ?\
              """,
              List.of(KeyColumn.of("a.id")),
              number("request_id"),
              text("status"),
              text("response"),
              time("created_at")),
          list(
              "receipts",
              """
              SELECT r.id AS request_id, p.revision AS revision, p.received_at AS received_at
              FROM book_request r
              JOIN receipt p ON p.request_id = r.id
              WHERE r.user_id = ?\
              """,
              List.of(OF_REQUEST, KeyColumn.of("p.revision")),
              number("request_id"),
              number("revision"),
              time("received_at")),
          list(
              "followed_requests",
              """
              SELECT request_id, creator_id, created_at
              FROM request_follower
              WHERE user_id = ?\
              """,
              List.of(KeyColumn.of("request_id")),
              number("request_id"),
              number("creator_id"),
              time("created_at")));

  private static final List<ExportSection> NEWS =
      List.of(
          list(
              "notifications",
              """
              SELECT o.notification_id AS notification_id, n.creator_id AS creator_id,
                n.kind AS kind, n.request_id AS request_id, n.details AS details,
                n.text AS text, o.is_read AS is_read, n.created_at AS created_at
              FROM notification_recipient o
              JOIN notification n ON n.id = o.notification_id
              WHERE o.user_id = ?\
              """,
              List.of(KeyColumn.of("o.notification_id")),
              number("creator_id"),
              text("kind"),
              number("request_id"),
              json("details"),
              text("text"),
              flag("is_read"),
              time("created_at")),
          list(
              "news_channels",
              """
              SELECT t.id AS id, t.creator_id AS creator_id, t.kind AS kind,
                t.address AS address, t.verified AS verified, t.created_at AS created_at,
                (SELECT string_agg(s.event, ' ')
                  FROM news_subscription s
                  WHERE s.target_id = t.id) AS events
              FROM news_target t
              WHERE t.user_id = ?\
              """,
              List.of(KeyColumn.of("t.id")),
              number("creator_id"),
              text("kind"),
              text("address"),
              text("events"),
              flag("verified"),
              time("created_at")),
          single(
              "news_settings",
              """
              SELECT digest, quiet_from, quiet_to, time_zone, language
              FROM news_preference
              WHERE user_id = ?\
              """,
              text("digest"),
              number("quiet_from"),
              number("quiet_to"),
              text("time_zone"),
              text("language")),
          list(
              "activity",
              """
              SELECT id, creator_id, kind, request_id, details, detail, created_at
              FROM activity
              WHERE actor_id = ?\
              """,
              List.of(KeyColumn.of("id")),
              number("creator_id"),
              text("kind"),
              number("request_id"),
              json("details"),
              text("detail"),
              time("created_at")));

  static final List<ExportSection> ALL =
      Stream.of(AccountSections.ACCOUNT, AccountSections.CREATOR, ROLES, REQUESTS, NEWS)
          .flatMap(List::stream)
          .toList();

  private ExportSections() {}

  static ExportSection single(String name, String sql, ExportField... fields) {
    return new ExportSection(name, sql, List.of(), List.of(fields));
  }

  static ExportSection list(String name, String sql, List<KeyColumn> keys, ExportField... fields) {
    return new ExportSection(name, sql, keys, List.of(fields));
  }
}
