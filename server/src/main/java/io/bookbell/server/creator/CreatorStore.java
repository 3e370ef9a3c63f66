package io.bookbell.server.creator;

import static io.bookbell.server.storage.schema.Tables.CREATOR;

import io.bookbell.hub.UserId;
import io.bookbell.server.http.Problem;
import io.bookbell.server.storage.PreparedQuery;
import io.bookbell.server.storage.Transaction;
import io.bookbell.server.storage.TransactionCursor;
import io.bookbell.server.storage.schema.tables.records.CreatorRecord;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jooq.Query;
import org.jooq.SelectConditionStep;
import org.jspecify.annotations.Nullable;

/** Stores the creators' rows. Thread-safe and stateless. */
public final class CreatorStore {
  private static final PreparedQuery<UserId, SelectConditionStep<CreatorRecord>> ROW =
      PreparedQuery.of(
          (sql, from) ->
              sql.selectFrom(CREATOR)
                  .where(CREATOR.ID.eq(from.parameterFor(CREATOR.ID, id -> id))));
  private static final PreparedQuery<CreatorRow, Query> SET_PENDING =
      PreparedQuery.of(
          (sql, from) ->
              sql.update(CREATOR)
                  .set(
                      CREATOR.PENDING_COUNT,
                      from.parameterFor(CREATOR.PENDING_COUNT, CreatorRow::pendingCount))
                  .where(CREATOR.ID.eq(from.parameterFor(CREATOR.ID, CreatorRow::id))));

  /** Makes an account a creator. */
  public void create(Transaction tx, UserId id, String name) {
    tx.sql()
        .insertInto(CREATOR)
        .set(CREATOR.ID, id)
        .set(CREATOR.NAME, name)
        .set(CREATOR.CREATED_AT, tx.now())
        .execute();
  }

  /**
   * Locks the creator's row. Every command that concerns the creator takes this lock first, so
   * these commands are serial and the versions in the row stay valid until the commit.
   *
   * @throws Problem 404 when the creator doesn't exist
   */
  public CreatorRow lockCreator(Transaction tx, UserId id) {
    return tx.lockOwnerRow(id, ROW).stream()
        .findFirst()
        .map(CreatorStore::toCreatorRow)
        .orElseThrow(Problem::notFound);
  }

  /**
   * Reads the creator's row without a lock.
   *
   * @throws Problem 404 when the creator doesn't exist
   */
  public CreatorRow get(Transaction tx, UserId id) {
    return find(tx, id).orElseThrow(Problem::notFound);
  }

  public Optional<CreatorRow> find(Transaction tx, UserId id) {
    return tx.bindQuery(ROW, id).fetchOptional(CreatorStore::toCreatorRow);
  }

  public List<CreatorRow> findAll(Transaction tx, Collection<UserId> ids) {
    return tx.sql()
        .selectFrom(CREATOR)
        .where(CREATOR.ID.in(ids))
        .orderBy(CREATOR.ID)
        .fetch(CreatorStore::toCreatorRow);
  }

  /** Returns those of the given users who are creators. */
  public Set<UserId> findCreatorIds(Transaction tx, Collection<UserId> ids) {
    return tx.sql().select(CREATOR.ID).from(CREATOR).where(CREATOR.ID.in(ids)).fetchSet(CREATOR.ID);
  }

  /** Returns the creators whose profile was changed since this transaction, on PostgreSQL. */
  public List<UserId> findChangedSince(Transaction tx, TransactionCursor from) {
    return tx.sql()
        .select(CREATOR.ID)
        .from(CREATOR)
        .where(from.writtenSince("creator", "shown_xid"))
        .fetch(CREATOR.ID);
  }

  /** Stores a locked creator's profile as its next version. */
  CreatorRow update(Transaction tx, CreatorRow locked, Creator shown) {
    long version = shown.version() + 1;
    var next =
        new Creator(
            shown.id(),
            shown.name(),
            shown.accepting(),
            shown.notice(),
            shown.rules(),
            shown.showsAsked(),
            shown.selfService(),
            shown.colour(),
            shown.picture(),
            version);
    tx.sql()
        .update(CREATOR)
        .set(CREATOR.NAME, next.name())
        .set(CREATOR.ACCEPTING, next.accepting())
        .set(CREATOR.NOTICE, next.notice())
        .set(CREATOR.RULES, next.rules())
        .set(CREATOR.SHOWS_ASKED, next.showsAsked())
        .set(CREATOR.SELF_SERVICE, next.selfService())
        .set(CREATOR.COLOUR, next.colour())
        .set(CREATOR.VERSION, next.version())
        .where(CREATOR.ID.eq(next.id()))
        .execute();
    return new CreatorRow(
        next, locked.teamVersion(), locked.audienceVersion(), locked.pendingCount());
  }

  /**
   * Records that a locked creator's picture was replaced or removed, as the profile's next version.
   */
  CreatorRow updatePicture(Transaction tx, CreatorRow locked, boolean present) {
    Creator was = locked.creator();
    long version = was.version() + 1;
    Long pictureVersion = present ? version : null;
    tx.sql()
        .update(CREATOR)
        .set(CREATOR.PICTURE_VERSION, pictureVersion)
        .set(CREATOR.VERSION, version)
        .where(CREATOR.ID.eq(was.id()))
        .execute();
    var next =
        new Creator(
            was.id(),
            was.name(),
            was.accepting(),
            was.notice(),
            was.rules(),
            was.showsAsked(),
            was.selfService(),
            was.colour(),
            pictureUrl(was.id(), pictureVersion),
            version);
    return new CreatorRow(
        next, locked.teamVersion(), locked.audienceVersion(), locked.pendingCount());
  }

  private static @Nullable String pictureUrl(UserId creator, @Nullable Long version) {
    return version == null ? null : "/api/creators/" + creator + "/picture?v=" + version;
  }

  /** Adds to a locked creator's pending count and returns the new row. */
  public CreatorRow addToPendingCount(Transaction tx, CreatorRow locked, int change) {
    var after =
        new CreatorRow(
            locked.creator(),
            locked.teamVersion(),
            locked.audienceVersion(),
            locked.pendingCount() + change);
    tx.run(tx.bindQuery(SET_PENDING, after));
    return after;
  }

  /**
   * Increments the versions of a locked creator whose team has changed, and returns the new row.
   */
  public CreatorRow incrementTeamVersion(Transaction tx, CreatorRow locked) {
    return updateVersions(tx, locked, locked.teamVersion() + 1);
  }

  /**
   * Increments the audience version of a locked creator who has a new supporter, and returns the
   * new row.
   */
  public CreatorRow incrementAudienceVersion(Transaction tx, CreatorRow locked) {
    return updateVersions(tx, locked, locked.teamVersion());
  }

  private static CreatorRow updateVersions(Transaction tx, CreatorRow locked, long teamVersion) {
    long audienceVersion = locked.audienceVersion() + 1;
    tx.sql()
        .update(CREATOR)
        .set(CREATOR.TEAM_VERSION, teamVersion)
        .set(CREATOR.AUDIENCE_VERSION, audienceVersion)
        .where(CREATOR.ID.eq(locked.id()))
        .execute();
    return new CreatorRow(locked.creator(), teamVersion, audienceVersion, locked.pendingCount());
  }

  private static CreatorRow toCreatorRow(CreatorRecord stored) {
    return new CreatorRow(
        new Creator(
            stored.getId(),
            stored.getName(),
            stored.getAccepting(),
            stored.getNotice(),
            stored.getRules(),
            stored.getShowsAsked(),
            stored.getSelfService(),
            stored.getColour(),
            pictureUrl(stored.getId(), stored.getPictureVersion()),
            stored.getVersion()),
        stored.getTeamVersion(),
        stored.getAudienceVersion(),
        stored.getPendingCount());
  }
}
