package io.bookbell.server.personal;

import static io.bookbell.server.personal.ExportSection.ExportField.bytes;
import static io.bookbell.server.personal.ExportSection.ExportField.flag;
import static io.bookbell.server.personal.ExportSection.ExportField.number;
import static io.bookbell.server.personal.ExportSection.ExportField.text;
import static io.bookbell.server.personal.ExportSection.ExportField.time;
import static io.bookbell.server.personal.ExportSections.list;
import static io.bookbell.server.personal.ExportSections.single;

import io.bookbell.server.personal.ExportSection.KeyColumn;
import java.util.List;

/** What is stored about somebody's account, and about the creator that somebody is. */
final class AccountSections {
  static final List<ExportSection> ACCOUNT =
      List.of(
          single(
              "account",
              """
              SELECT id, email, display_name, operator, disabled_at, created_at
              FROM app_user
              WHERE id = ?""",
              number("id"),
              text("email"),
              text("display_name"),
              flag("operator"),
              time("disabled_at"),
              time("created_at")),
          list(
              "sessions",
              """
              SELECT id, client, address, created_at, last_used_at, expires_at
              FROM session
              WHERE user_id = ?""",
              List.of(KeyColumn.of("id")),
              text("client"),
              text("address"),
              time("created_at"),
              time("last_used_at"),
              time("expires_at")),
          list(
              "identities",
              """
              SELECT id, issuer, subject, email, created_at, last_used_at
              FROM oidc_identity
              WHERE user_id = ?""",
              List.of(KeyColumn.of("id")),
              text("issuer"),
              text("subject"),
              text("email"),
              time("created_at"),
              time("last_used_at")),
          list(
              "passkeys",
              """
              SELECT id, name, created_at, last_used_at
              FROM passkey
              WHERE user_id = ?""",
              List.of(KeyColumn.of("id")),
              number("id"),
              text("name"),
              time("created_at"),
              time("last_used_at")),
          list(
              "keys",
              """
              SELECT id, name, key_start, scopes, created_at, expires_at, last_used_at
              FROM api_key
              WHERE user_id = ?""",
              List.of(KeyColumn.of("id")),
              number("id"),
              text("name"),
              text("key_start"),
              text("scopes"),
              time("created_at"),
              time("expires_at"),
              time("last_used_at")));

  static final List<ExportSection> CREATOR =
      List.of(
          single(
              "creator",
              """
              SELECT name, accepting, notice, rules, shows_asked, self_service, colour, time_zone,
                created_at
              FROM creator
              WHERE id = ?""",
              text("name"),
              flag("accepting"),
              text("notice"),
              text("rules"),
              flag("shows_asked"),
              flag("self_service"),
              text("colour"),
              text("time_zone"),
              time("created_at")),
          single(
              "creator_picture",
              "SELECT media_type, content FROM creator_picture WHERE creator_id = ?",
              text("media_type"),
              bytes("content")),
          list(
              "tiers",
              """
              SELECT id, name, requests_allowed, period, days, most_open, auto_approve, created_at,
                deleted_at
              FROM tier
              WHERE creator_id = ?""",
              List.of(KeyColumn.of("id")),
              number("id"),
              text("name"),
              number("requests_allowed"),
              text("period"),
              number("days"),
              number("most_open"),
              flag("auto_approve"),
              time("created_at"),
              time("deleted_at")),
          list(
              "invitations",
              """
              SELECT id, kind, tier_id, team_role, uses, uses_left, expires_at, created_at, created_by
              FROM invitation
              WHERE creator_id = ?""",
              List.of(KeyColumn.of("id")),
              number("id"),
              text("kind"),
              number("tier_id"),
              text("team_role"),
              number("uses"),
              number("uses_left"),
              time("expires_at"),
              time("created_at"),
              number("created_by")),
          list(
              "saved_replies",
              "SELECT id, name, body, created_at FROM canned_response WHERE creator_id = ?",
              List.of(KeyColumn.of("id")),
              number("id"),
              text("name"),
              text("body"),
              time("created_at")));

  private AccountSections() {}
}
