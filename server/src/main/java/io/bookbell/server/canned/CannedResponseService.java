package io.bookbell.server.canned;

import io.bookbell.hub.UserId;
import io.bookbell.server.creator.CreatorRoles;
import io.bookbell.server.creator.CreatorStore;
import io.bookbell.server.creator.TeamListUpdates;
import io.bookbell.server.http.Problem;
import io.bookbell.server.storage.Transaction;
import io.bookbell.server.storage.sql.SqlRow;
import io.bookbell.server.text.CaseFolding;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/** Manages each creator's saved replies. Thread-safe and stateless. */
public final class CannedResponseService {
  private static final int MAX_SAVED_REPLIES = 100;
  private static final String CHANGED = "canned_responses_changed";

  private static final String OF_CREATOR =
      "SELECT id, creator_id, name, body FROM canned_response WHERE creator_id = ? ORDER BY id";
  private static final String BY_ID =
      "SELECT id, creator_id, name, body FROM canned_response WHERE id = ?";

  private final CreatorStore creatorStore;
  private final CreatorRoles creatorRoles;
  private final TeamListUpdates updates;

  public CannedResponseService(
      CreatorStore creatorStore, CreatorRoles creatorRoles, TeamListUpdates updates) {
    this.creatorStore = creatorStore;
    this.creatorRoles = creatorRoles;
    this.updates = updates;
  }

  /** The fields to change; empty fields stay as they are. */
  public record CannedResponseChanges(Optional<String> name, Optional<String> body) {}

  /** Returns the creator's saved replies in order of creation; for admins. */
  public List<CannedResponse> list(Transaction tx, UserId admin, UserId creator) {
    var all = tx.query(OF_CREATOR, creator).later(CannedResponseService::toResponse);
    creatorRoles.requireAdmin(tx, creatorStore.get(tx, creator), admin);
    return all.get();
  }

  /**
   * Creates a saved reply; for admins.
   *
   * @throws Problem 409 when the name is taken, or when the creator has the maximum number
   */
  public CannedResponse create(
      Transaction tx, UserId admin, UserId creator, String name, String body) {
    creatorRoles.requireAdmin(tx, creatorStore.lockCreator(tx, creator), admin);
    if (findAll(tx, creator).size() >= MAX_SAVED_REPLIES) {
      throw Problem.limitReached("too_many_canned_responses", MAX_SAVED_REPLIES, "saved replies");
    }
    requireUniqueName(tx, creator, name, 0);
    long id =
        tx.query(
                """
                INSERT INTO canned_response (creator_id, name, body, created_at)
                VALUES (?, ?, ?, ?)
                RETURNING id""",
                creator,
                name,
                body,
                tx.now())
            .single(row -> row.getLong("id"));
    updates.broadcastUpdate(tx, creator, CHANGED);
    return new CannedResponse(id, creator, name, body);
  }

  /**
   * Changes a saved reply; for admins.
   *
   * @throws Problem 404 when it doesn't exist, 409 when the new name is taken
   */
  public CannedResponse update(
      Transaction tx, UserId admin, long id, CannedResponseChanges cannedResponseChanges) {
    CannedResponse before = lockResponse(tx, admin, id);
    var after =
        new CannedResponse(
            id,
            before.creatorId(),
            cannedResponseChanges.name().orElse(before.name()),
            cannedResponseChanges.body().orElse(before.body()));
    requireUniqueName(tx, after.creatorId(), after.name(), id);
    tx.update(
        "UPDATE canned_response SET name = ?, body = ? WHERE id = ?",
        after.name(),
        after.body(),
        id);
    updates.broadcastUpdate(tx, after.creatorId(), CHANGED);
    return after;
  }

  /**
   * Deletes a saved reply; for admins.
   *
   * @throws Problem 404 when it doesn't exist
   */
  public void remove(Transaction tx, UserId admin, long id) {
    UserId creator = lockResponse(tx, admin, id).creatorId();
    tx.update("DELETE FROM canned_response WHERE id = ?", id);
    updates.broadcastUpdate(tx, creator, CHANGED);
  }

  /** Deletes all saved replies of a locked creator. */
  public void removeAll(Transaction tx, UserId creator) {
    tx.update("DELETE FROM canned_response WHERE creator_id = ?", creator);
  }

  /** Locks the creator's row and reads the saved reply under the lock. */
  private CannedResponse lockResponse(Transaction tx, UserId admin, long id) {
    UserId creator = requireResponse(tx, id).creatorId();
    creatorRoles.requireAdmin(tx, creatorStore.lockCreator(tx, creator), admin);
    return requireResponse(tx, id);
  }

  private static CannedResponse requireResponse(Transaction tx, long id) {
    return tx.query(BY_ID, id)
        .first(CannedResponseService::toResponse)
        .orElseThrow(Problem::notFound);
  }

  private static void requireUniqueName(Transaction tx, UserId creator, String name, long besides) {
    if (findAll(tx, creator).stream()
        .anyMatch(other -> other.id() != besides && CaseFolding.areEqual(other.name(), name))) {
      throw Problem.conflict(
          "canned_response_exists", "A saved reply named “" + name + "” already exists.");
    }
  }

  private static List<CannedResponse> findAll(Transaction tx, UserId creator) {
    return tx.query(OF_CREATOR, creator).list(CannedResponseService::toResponse);
  }

  private static CannedResponse toResponse(SqlRow row) throws SQLException {
    return new CannedResponse(
        row.getLong("id"), row.getUser("creator_id"), row.getString("name"), row.getString("body"));
  }
}
