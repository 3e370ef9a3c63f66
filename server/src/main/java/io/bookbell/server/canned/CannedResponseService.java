package io.bookbell.server.canned;

import static io.bookbell.server.storage.schema.Tables.CANNED_RESPONSE;

import io.bookbell.hub.UserId;
import io.bookbell.server.creator.CreatorRoles;
import io.bookbell.server.creator.CreatorStore;
import io.bookbell.server.creator.TeamListUpdates;
import io.bookbell.server.http.Problem;
import io.bookbell.server.storage.Transaction;
import io.bookbell.server.text.CaseFolding;
import java.util.List;
import java.util.Optional;
import org.jooq.Condition;
import org.jooq.Record;

/** Manages each creator's saved replies. Thread-safe and stateless. */
public final class CannedResponseService {
  private static final int MOST = 100;
  private static final String CHANGED = "canned_responses_changed";

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
    creatorRoles.requireAdmin(tx, creatorStore.get(tx, creator), admin);
    return findWhere(tx, CANNED_RESPONSE.CREATOR_ID.eq(creator));
  }

  /**
   * Creates a saved reply; for admins.
   *
   * @throws Problem 409 when the name is taken, or when the creator has the maximum number
   */
  public CannedResponse create(
      Transaction tx, UserId admin, UserId creator, String name, String body) {
    creatorRoles.requireAdmin(tx, creatorStore.lockCreator(tx, creator), admin);
    if (findWhere(tx, CANNED_RESPONSE.CREATOR_ID.eq(creator)).size() >= MOST) {
      throw Problem.limitReached("too_many_canned_responses", MOST, "saved replies");
    }
    requireUniqueName(tx, creator, name, 0);
    long id =
        tx.executeReturningOne(
                tx.sql()
                    .insertInto(CANNED_RESPONSE)
                    .set(CANNED_RESPONSE.CREATOR_ID, creator)
                    .set(CANNED_RESPONSE.NAME, name)
                    .set(CANNED_RESPONSE.BODY, body)
                    .set(CANNED_RESPONSE.CREATED_AT, tx.now()),
                CANNED_RESPONSE.ID)
            .orElseThrow();
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
    tx.sql()
        .update(CANNED_RESPONSE)
        .set(CANNED_RESPONSE.NAME, after.name())
        .set(CANNED_RESPONSE.BODY, after.body())
        .where(CANNED_RESPONSE.ID.eq(id))
        .execute();
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
    tx.sql().deleteFrom(CANNED_RESPONSE).where(CANNED_RESPONSE.ID.eq(id)).execute();
    updates.broadcastUpdate(tx, creator, CHANGED);
  }

  /** Locks the creator's row and reads the saved reply under the lock. */
  private CannedResponse lockResponse(Transaction tx, UserId admin, long id) {
    UserId creator = requireResponse(tx, id).creatorId();
    creatorRoles.requireAdmin(tx, creatorStore.lockCreator(tx, creator), admin);
    return requireResponse(tx, id);
  }

  private static CannedResponse requireResponse(Transaction tx, long id) {
    return findWhere(tx, CANNED_RESPONSE.ID.eq(id)).stream()
        .findFirst()
        .orElseThrow(Problem::notFound);
  }

  private static void requireUniqueName(Transaction tx, UserId creator, String name, long besides) {
    if (findWhere(tx, CANNED_RESPONSE.CREATOR_ID.eq(creator)).stream()
        .anyMatch(other -> other.id() != besides && CaseFolding.areEqual(other.name(), name))) {
      throw Problem.conflict(
          "canned_response_exists", "A saved reply named “" + name + "” already exists.");
    }
  }

  private static List<CannedResponse> findWhere(Transaction tx, Condition which) {
    return tx.sql()
        .select(
            CANNED_RESPONSE.ID,
            CANNED_RESPONSE.CREATOR_ID,
            CANNED_RESPONSE.NAME,
            CANNED_RESPONSE.BODY)
        .from(CANNED_RESPONSE)
        .where(which)
        .orderBy(CANNED_RESPONSE.ID)
        .fetch(CannedResponseService::toResponse);
  }

  private static CannedResponse toResponse(Record row) {
    return new CannedResponse(
        row.get(CANNED_RESPONSE.ID),
        row.get(CANNED_RESPONSE.CREATOR_ID),
        row.get(CANNED_RESPONSE.NAME),
        row.get(CANNED_RESPONSE.BODY));
  }
}
