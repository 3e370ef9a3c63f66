package io.bookbell.server.membership;

import static java.util.stream.Collectors.toMap;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.bookbell.hub.UserId;
import io.bookbell.server.json.Json;
import io.bookbell.server.membership.EntitlementRules.Entitlement;
import io.bookbell.server.storage.Transaction;
import io.bookbell.server.storage.sql.SqlRow;
import io.bookbell.server.storage.sql.ValueReader;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Stores the members of the sources, and the accounts here that they were recognised as.
 * Thread-safe and stateless. The creator's row is locked.
 */
final class SourceMemberStore {
  private static final String SELECT =
      """
      SELECT creator_id, source, external_id, user_id, email, state, tiers, paid_until,
        grace_until, tier_id, recheck_at
      FROM source_member
      """;

  private static final String OF_SOURCE = SELECT + "WHERE creator_id = ? AND source = ? ";

  /** Members whose entitlement changes by itself, and isn't left to the next sync to decide. */
  private static final String DUE =
      """
      recheck_at <= ? AND EXISTS (
        SELECT 1 FROM membership_source s
        WHERE s.creator_id = source_member.creator_id AND s.source = source_member.source AND\s"""
          + SourceStore.IS_UP_TO_DATE
          + ") ORDER BY recheck_at LIMIT ?";

  private static final String STORE =
      """
      INSERT INTO source_member (creator_id, source, external_id, user_id, email, state, tiers,
        paid_until, grace_until, tier_id, recheck_at, seen)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT (creator_id, source, external_id)
      DO UPDATE SET user_id = excluded.user_id, email = excluded.email, state = excluded.state,
        tiers = excluded.tiers, paid_until = excluded.paid_until,
        grace_until = excluded.grace_until, tier_id = excluded.tier_id,
        recheck_at = excluded.recheck_at, seen = excluded.seen""";

  /** A member as stored. */
  record StoredMember(
      UserId creator,
      String source,
      ExternalMember member,
      @Nullable UserId user,
      Entitlement entitlement) {
    static StoredMember of(SqlRow row) throws SQLException {
      var member =
          new ExternalMember(
              row.getString("external_id"),
              Optional.ofNullable(row.findString("email")),
              MemberState.of(row.getString("state")),
              splitTiers(row.getString("tiers")),
              Optional.ofNullable(row.findTime("paid_until")));
      return new StoredMember(
          row.getUser("creator_id"),
          row.getString("source"),
          member,
          row.findUser("user_id"),
          new Entitlement(
              row.findLong("tier_id"), row.findTime("grace_until"), row.findTime("recheck_at")));
    }

    private static Set<String> splitTiers(String json) throws SQLException {
      try {
        return Set.copyOf(Arrays.asList(Json.readStored(json, String[].class)));
      } catch (JsonProcessingException e) {
        throw new SQLException("tiers isn't JSON", e);
      }
    }
  }

  /** Returns those of the members who are stored, by the source's id. */
  Map<String, StoredMember> findByIds(
      Transaction tx, UserId creator, String source, Collection<String> ids) {
    return tx
        .query(OF_SOURCE + "AND external_id IN (?)", creator, source, ids)
        .list(StoredMember::of)
        .stream()
        .collect(toMap(stored -> stored.member.id(), stored -> stored));
  }

  /** Returns the next members after an id. */
  List<StoredMember> findAfter(
      Transaction tx, UserId creator, String source, String after, int limit) {
    return tx.query(
            OF_SOURCE + "AND external_id > ? ORDER BY external_id LIMIT ?",
            creator,
            source,
            after,
            limit)
        .list(StoredMember::of);
  }

  /** Returns members whom the sync that began at this time hasn't seen, and who aren't gone yet. */
  List<StoredMember> findUnseen(
      Transaction tx, UserId creator, String source, Instant began, int limit) {
    return tx.query(OF_SOURCE + "AND seen < ? ORDER BY seen LIMIT ?", creator, source, began, limit)
        .list(StoredMember::of);
  }

  /**
   * Returns members of one creator whose entitlement changes by itself about now. What a source
   * that can't be read, or is about to be, has said before ends nothing.
   */
  List<StoredMember> findDue(Transaction tx, UserId creator, int limit) {
    Instant now = tx.now();
    return tx.query(SELECT + "WHERE creator_id = ? AND " + DUE, creator, now, now, limit)
        .list(StoredMember::of);
  }

  Optional<UserId> findCreatorWithDue(Transaction tx) {
    Instant now = tx.now();
    return tx.query("SELECT creator_id FROM source_member WHERE " + DUE, now, now, 1)
        .first(row -> row.getUser("creator_id"));
  }

  /** Stores a member; the caller has changed something. */
  void store(Transaction tx, StoredMember stored, Instant seen) {
    ExternalMember member = stored.member;
    tx.enqueue(
        STORE,
        ValueReader.values(
            stored.creator,
            stored.source,
            member.id(),
            stored.user,
            member.email().orElse(null),
            member.state().wireName(),
            Json.writeAsString(member.tiers().stream().sorted().toList()),
            member.paidUntil().orElse(null),
            stored.entitlement.graceUntil(),
            stored.entitlement.tier(),
            stored.entitlement.recheckAt(),
            seen));
  }

  /** Records that a sync has seen these members, of whom nothing else has changed. */
  void markSeen(
      Transaction tx, UserId creator, String source, Collection<String> ids, Instant seen) {
    if (!ids.isEmpty()) {
      tx.update(
          """
          UPDATE source_member SET seen = ?
          WHERE creator_id = ? AND source = ? AND external_id IN (?)""",
          seen,
          creator,
          source,
          ids);
    }
  }

  /** Lets members whose paid time ends earlier, or has ended, keep their tiers until a time. */
  void awaitPayments(Transaction tx, UserId creator, String source, Instant until) {
    tx.update(
        """
        UPDATE source_member SET paid_until = ?, grace_until = NULL, recheck_at = ?
        WHERE creator_id = ? AND source = ? AND tier_id IS NOT NULL AND paid_until < ?""",
        until,
        until,
        creator,
        source,
        until);
  }

  /** Counts members who have a tier and no account here. */
  int countUnknown(Transaction tx, UserId creator, String source) {
    return tx.query(
            """
            SELECT count(*) AS amount FROM source_member
            WHERE creator_id = ? AND source = ? AND tier_id IS NOT NULL AND user_id IS NULL""",
            creator,
            source)
        .single(row -> row.getInt("amount"));
  }

  /** Returns the tiers that the sources of a creator give to a user. */
  Set<Long> findTiers(Transaction tx, UserId creator, UserId user) {
    return tx.query(
            """
            SELECT tier_id FROM source_member
            WHERE user_id = ? AND creator_id = ? AND tier_id IS NOT NULL""",
            user,
            creator)
        .set(row -> row.getLong("tier_id"));
  }

  /**
   * Returns some members with a tier who weren't recognised as anybody here, and for whose address
   * there is an account now: it is new, or has got the address.
   */
  List<StoredMember> findRecognisable(Transaction tx, int limit) {
    return tx.query(
            SELECT
                + """
                CROSS JOIN (SELECT email AS address FROM app_user) u
                WHERE user_id IS NULL AND tier_id IS NOT NULL AND u.address = source_member.email
                LIMIT ?""",
            limit)
        .list(StoredMember::of);
  }

  /** Gives a member whose id is an address, as they were before, the id of now. */
  void replaceAddressAsId(Transaction tx, UserId creator, String source, String email) {
    String id = ExternalMember.idOf(email);
    if (findByIds(tx, creator, source, List.of(id)).isEmpty()) {
      tx.update(
          """
          UPDATE source_member SET external_id = ?
          WHERE creator_id = ? AND source = ? AND external_id = ?""",
          id,
          creator,
          source,
          email);
    }
  }

  void forgetUser(Transaction tx, UserId user) {
    tx.query(SELECT + "WHERE user_id = ? AND external_id = email", user)
        .list(StoredMember::of)
        .forEach(
            stored -> replaceAddressAsId(tx, stored.creator, stored.source, stored.member.id()));
    tx.update("DELETE FROM source_member WHERE user_id = ? AND external_id = email", user);
    tx.update("UPDATE source_member SET user_id = NULL, email = NULL WHERE user_id = ?", user);
  }

  void deleteAll(Transaction tx, UserId creator, String source) {
    tx.update("DELETE FROM source_member WHERE creator_id = ? AND source = ?", creator, source);
  }
}
