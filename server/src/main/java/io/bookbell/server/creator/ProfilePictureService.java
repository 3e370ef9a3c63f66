package io.bookbell.server.creator;

import static io.bookbell.server.storage.schema.Tables.CREATOR_PICTURE;

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
    return tx.sql()
        .select(CREATOR_PICTURE.MEDIA_TYPE, CREATOR_PICTURE.CONTENT)
        .from(CREATOR_PICTURE)
        .where(CREATOR_PICTURE.CREATOR_ID.eq(creatorId))
        .fetchOptional(row -> new ProfilePicture(row.value1(), row.value2()))
        .orElseThrow(Problem::notFound);
  }

  /** Stores or replaces the picture, and notifies all connected supporters and admins. */
  public Creator replacePicture(
      Transaction tx, UserId actor, UserId creatorId, ProfilePicture profilePicture) {
    CreatorRow before = lockForCreator(tx, actor, creatorId);
    deleteRow(tx, creatorId);
    tx.sql()
        .insertInto(CREATOR_PICTURE)
        .set(CREATOR_PICTURE.CREATOR_ID, creatorId)
        .set(CREATOR_PICTURE.MEDIA_TYPE, profilePicture.mediaType())
        .set(CREATOR_PICTURE.CONTENT, profilePicture.content())
        .execute();
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

  private Creator announcePicture(
      Transaction tx, UserId actor, CreatorRow before, boolean hasPicture) {
    boolean hadPicture = before.creator().picture() != null;
    return profileService.announceChange(
        tx,
        actor,
        creatorStore.updatePicture(tx, before, hasPicture),
        List.of(new FieldChange(ChangedField.PICTURE, hadPicture, hasPicture)));
  }

  private CreatorRow lockForCreator(Transaction tx, UserId actor, UserId creatorId) {
    CreatorRow locked = creatorStore.lockCreator(tx, creatorId);
    creatorRoles.requireCreator(tx, locked, actor);
    return locked;
  }

  private static int deleteRow(Transaction tx, UserId creatorId) {
    return tx.sql()
        .deleteFrom(CREATOR_PICTURE)
        .where(CREATOR_PICTURE.CREATOR_ID.eq(creatorId))
        .execute();
  }
}
