package io.bookbell.server.creator;

import io.bookbell.hub.UserId;
import io.bookbell.server.activity.FieldChange;
import io.bookbell.server.activity.FieldChange.ChangedField;
import io.bookbell.server.http.Problem;
import io.bookbell.server.storage.Transaction;
import java.util.List;

/**
 * Stores the creators' profile pictures. Each version has its own URL, so browsers may cache it
 * indefinitely. Thread-safe and stateless.
 */
public final class ProfilePictureService {
  private final CreatorStore creatorStore;
  private final CreatorRoles creatorRoles;
  private final ProfileService profileService;

  public ProfilePictureService(
      CreatorStore creatorStore, CreatorRoles creatorRoles, ProfileService profileService) {
    this.creatorStore = creatorStore;
    this.creatorRoles = creatorRoles;
    this.profileService = profileService;
  }

  /**
   * Returns the picture; for supporters and admins.
   *
   * @throws Problem 404 when there is none
   */
  public ProfilePicture get(Transaction tx, UserId user, UserId creatorId) {
    creatorRoles.requireMember(tx, creatorStore.get(tx, creatorId), user);
    return tx.query(
            "SELECT media_type, content FROM creator_picture WHERE creator_id = ?", creatorId)
        .first(row -> new ProfilePicture(row.getString("media_type"), row.getBytes("content")))
        .orElseThrow(Problem::notFound);
  }

  /** Stores or replaces the picture, and notifies all connected supporters and admins. */
  public Creator replacePicture(
      Transaction tx, UserId actor, UserId creatorId, ProfilePicture profilePicture) {
    CreatorRow before = lockForCreator(tx, actor, creatorId);
    deleteRow(tx, creatorId);
    tx.update(
        "INSERT INTO creator_picture (creator_id, media_type, content) VALUES (?, ?, ?)",
        creatorId,
        profilePicture.mediaType(),
        profilePicture.content());
    return announcePicture(tx, actor, before, true);
  }

  /** Deletes the picture, and notifies all connected supporters and admins. */
  public Creator removePicture(Transaction tx, UserId actor, UserId creatorId) {
    CreatorRow before = lockForCreator(tx, actor, creatorId);
    if (deleteRow(tx, creatorId) == 0) {
      return before.creator();
    }
    return announcePicture(tx, actor, before, false);
  }

  /** Deletes the picture of a locked creator without telling anybody. */
  public void erasePicture(Transaction tx, CreatorRow locked) {
    if (deleteRow(tx, locked.id()) > 0) {
      creatorStore.updatePicture(tx, locked, false);
    }
  }

  private Creator announcePicture(
      Transaction tx, UserId actor, CreatorRow before, boolean hasPicture) {
    boolean hadPicture = before.creator().picture() != null;
    return profileService.announceChange(
        tx,
        actor,
        creatorStore.updatePicture(tx, before, hasPicture),
        List.of(new FieldChange(ChangedField.PICTURE, hadPicture, hasPicture)));
  }

  /**
   * Requires somebody who may change the picture.
   *
   * @throws Problem 404 for users without a role with this creator, 403 for others who may not
   */
  void requireRight(Transaction tx, UserId actor, UserId creatorId) {
    creatorRoles.requireTeamRole(tx, creatorStore.get(tx, creatorId), actor, TeamRole.EVERYTHING);
  }

  private CreatorRow lockForCreator(Transaction tx, UserId actor, UserId creatorId) {
    CreatorRow locked = creatorStore.lockCreator(tx, creatorId);
    creatorRoles.requireTeamRole(tx, locked, actor, TeamRole.EVERYTHING);
    return locked;
  }

  private static int deleteRow(Transaction tx, UserId creatorId) {
    return tx.update("DELETE FROM creator_picture WHERE creator_id = ?", creatorId);
  }
}
