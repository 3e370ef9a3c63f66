package io.bookbell.server.team;

import io.bookbell.hub.UserId;
import io.bookbell.server.storage.Transaction;
import io.bookbell.server.storage.sql.ValueReader;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/**
 * Stores the team members of the replaced system. Thread-safe and stateless. The creators' rows are
 * locked by the caller, who increments their team versions.
 */
public final class ImportedTeamStore {
  /** A member to be added. */
  public record NewMember(UserId creator, UserId user, boolean active) {}

  /** Returns which of the users are members of the creator's team, and whether they are active. */
  public Map<UserId, Boolean> findMembers(
      Transaction tx, UserId creator, Collection<UserId> users) {
    return tx.query(
            "SELECT user_id, active FROM team_member WHERE creator_id = ? AND user_id IN (?)",
            creator,
            users)
        .map(row -> row.getUser("user_id"), row -> row.getBoolean("active"));
  }

  /** Returns all members of the creator's team, and whether they are active. */
  public Map<UserId, Boolean> findAll(Transaction tx, UserId creator) {
    return tx.query("SELECT user_id, active FROM team_member WHERE creator_id = ?", creator)
        .map(row -> row.getUser("user_id"), row -> row.getBoolean("active"));
  }

  public void insertMembers(Transaction tx, List<NewMember> members) {
    tx.writeAll(
        "INSERT INTO team_member (creator_id, user_id, active, created_at) VALUES (?, ?, ?, ?)",
        members,
        member -> ValueReader.values(member.creator, member.user, member.active, tx.now()));
  }

  public void setActive(Transaction tx, UserId creator, UserId user, boolean active) {
    tx.enqueue(
        "UPDATE team_member SET active = ? WHERE creator_id = ? AND user_id = ?",
        active,
        creator,
        user);
  }
}
