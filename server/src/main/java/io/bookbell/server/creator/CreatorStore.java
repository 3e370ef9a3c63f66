package io.bookbell.server.creator;

import io.bookbell.hub.UserId;
import io.bookbell.server.http.BasePath;
import io.bookbell.server.http.Problem;
import io.bookbell.server.storage.Transaction;
import io.bookbell.server.storage.TransactionCursor;
import io.bookbell.server.storage.sql.PendingResult;
import io.bookbell.server.storage.sql.SqlFragment;
import io.bookbell.server.storage.sql.SqlRow;
import java.sql.SQLException;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Stores the creators' rows. An account that isn't a creator any more has a closed row, which isn't
 * found, but is kept. Immutable, so any thread may use it.
 */
public final class CreatorStore {
  private static final String SELECT =
      """
      SELECT id, name, accepting, notice, rules, shows_asked, self_service, colour,
        picture_version, time_zone, version, team_version, audience_version, pending_count
      FROM creator
      """;
  private static final String ROW = SELECT + "WHERE id = ? AND closed_at IS NULL";
  private static final String LOCKED_ROW = ROW + " FOR NO KEY UPDATE";

  /** Several changes of one creator may be sent together. */
  private static final String ADD_TO_PENDING_COUNT =
      """
      WITH change (creator_id, amount) AS (VALUES (CAST(? AS bigint), CAST(? AS integer)))
      UPDATE creator
      SET pending_count = pending_count
        + (SELECT sum(amount) FROM change WHERE change.creator_id = creator.id)
      WHERE id IN (SELECT creator_id FROM change)""";

  private final BasePath basePath;

  /**
   * Creates the store.
   *
   * @param basePath under which the pictures are served
   */
  public CreatorStore(BasePath basePath) {
    this.basePath = basePath;
  }

  /** Makes an account a creator, with everything that it had when it was one before. */
  public void create(Transaction tx, UserId id, String nameOfNewOne) {
    if (!reopen(tx, id)) {
      tx.update(
          "INSERT INTO creator (id, name, created_at) VALUES (?, ?, ?)",
          id,
          nameOfNewOne,
          tx.now());
    }
  }

  /** Locks a closed row and opens it again; returns false if there is none. */
  public boolean reopen(Transaction tx, UserId id) {
    return tx.update(
            "UPDATE creator SET closed_at = NULL WHERE id = ? AND closed_at IS NOT NULL", id)
        == 1;
  }

  /** Closes a locked creator's row. */
  public void close(Transaction tx, CreatorRow locked) {
    tx.update("UPDATE creator SET closed_at = ? WHERE id = ?", tx.now(), locked.id());
  }

  /** Returns whether an account is a creator, or has been one. */
  public boolean hasRow(Transaction tx, UserId id) {
    return tx.query("SELECT 1 FROM creator WHERE id = ? LIMIT 1", id).exists();
  }

  /** Locks a creator's row, open or closed, for work that remains from before. */
  public void lockRow(Transaction tx, UserId id) {
    tx.query("SELECT id FROM creator WHERE id = ? FOR NO KEY UPDATE", id)
        .single(row -> row.getUser("id"));
  }

  /** Locks the rows of all creators, in the order of their ids, and returns the ids. */
  public List<UserId> lockAll(Transaction tx) {
    return tx.query("SELECT id FROM creator ORDER BY id FOR NO KEY UPDATE")
        .list(row -> row.getUser("id"));
  }

  /** Changes the name of a locked creator, as the profile's next version. */
  public void rename(Transaction tx, UserId id, String name) {
    tx.enqueue("UPDATE creator SET name = ?, version = version + 1 WHERE id = ?", name, id);
  }

  /**
   * Brings a locked creator's row up to date after requests, supporters and team members were
   * imported.
   */
  public void refreshImported(Transaction tx, UserId id, int pendingCount) {
    tx.enqueue(
        """
        UPDATE creator
        SET pending_count = ?, team_version = team_version + 1,
          audience_version = audience_version + 1
        WHERE id = ?\
        """,
        pendingCount,
        id);
  }

  /**
   * Locks the creator's row. Every command that concerns the creator takes this lock first, so
   * these commands are serial and the versions in the row stay valid until the commit.
   *
   * @throws Problem 404 when the creator doesn't exist
   */
  public CreatorRow lockCreator(Transaction tx, UserId id) {
    return lockCreatorLater(tx, id).get();
  }

  /**
   * Queues {@link #lockCreator}.
   *
   * @return the row; asking for it throws what {@link #lockCreator} throws
   */
  public Supplier<CreatorRow> lockCreatorLater(Transaction tx, UserId id) {
    Supplier<Optional<CreatorRow>> locked = tx.lockOwnerRow(id, LOCKED_ROW, this::toCreatorRow);
    return () -> locked.get().orElseThrow(Problem::notFound);
  }

  /**
   * Reads the creator's row without a lock.
   *
   * @throws Problem 404 when the creator doesn't exist
   */
  public CreatorRow get(Transaction tx, UserId id) {
    return find(tx, id).orElseThrow(Problem::notFound);
  }

  /**
   * Queues {@link #get}.
   *
   * @return the row; asking for it throws what {@link #get} throws
   */
  public Supplier<CreatorRow> getLater(Transaction tx, UserId id) {
    PendingResult<List<CreatorRow>> rows = tx.query(ROW, id).later(this::toCreatorRow);
    return () -> rows.get().stream().findFirst().orElseThrow(Problem::notFound);
  }

  public Optional<CreatorRow> find(Transaction tx, UserId id) {
    return tx.query(ROW, id).first(this::toCreatorRow);
  }

  /** Reads the creators for whom a condition on a column {@code id} holds. */
  public PendingResult<List<CreatorRow>> findWhereLater(Transaction tx, SqlFragment condition) {
    return tx.query(SqlFragment.of(SELECT + "WHERE closed_at IS NULL AND").append(condition))
        .later(this::toCreatorRow);
  }

  /** A query for the user's own id if the user is a creator. */
  public SqlFragment ownId(UserId user) {
    return SqlFragment.of("SELECT id FROM creator WHERE id = ? AND closed_at IS NULL", user);
  }

  public List<CreatorRow> findAll(Transaction tx, Collection<UserId> ids) {
    return tx.query(SELECT + "WHERE id IN (?) ORDER BY id", ids).list(this::toCreatorRow);
  }

  /** Returns those of the given users who are creators. */
  public Set<UserId> findCreatorIds(Transaction tx, Collection<UserId> ids) {
    return tx.query("SELECT id FROM creator WHERE id IN (?) AND closed_at IS NULL", ids)
        .set(row -> row.getUser("id"));
  }

  /** Returns the creators whose profile was changed since this transaction, on PostgreSQL. */
  public List<UserId> findChangedSince(Transaction tx, TransactionCursor from) {
    return tx.query(
            SqlFragment.of("SELECT id FROM creator WHERE closed_at IS NULL AND")
                .append(from.writtenSince("creator", "shown_xid")))
        .list(row -> row.getUser("id"));
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
            shown.timeZone(),
            version);
    tx.update(
        """
        UPDATE creator
        SET name = ?, accepting = ?, notice = ?, rules = ?, shows_asked = ?, self_service = ?,
          colour = ?, time_zone = ?, version = ?
        WHERE id = ?\
        """,
        next.name(),
        next.accepting(),
        next.notice(),
        next.rules(),
        next.showsAsked(),
        next.selfService(),
        next.colour(),
        next.timeZone(),
        next.version(),
        next.id());
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
    tx.update(
        "UPDATE creator SET picture_version = ?, version = ? WHERE id = ?",
        pictureVersion,
        version,
        was.id());
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
            was.timeZone(),
            version);
    return new CreatorRow(
        next, locked.teamVersion(), locked.audienceVersion(), locked.pendingCount());
  }

  private @Nullable String pictureUrl(UserId creator, @Nullable Long version) {
    return version == null
        ? null
        : basePath.resolve("/api/creators/" + creator + "/picture?v=" + version);
  }

  /** Adds to a locked creator's pending count and returns the new row. */
  public CreatorRow addToPendingCount(Transaction tx, CreatorRow locked, int change) {
    var after =
        new CreatorRow(
            locked.creator(),
            locked.teamVersion(),
            locked.audienceVersion(),
            locked.pendingCount() + change);
    tx.enqueue(ADD_TO_PENDING_COUNT, after.id(), change);
    tx.replaceOwnerRow(after.id(), after);
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
    tx.update(
        "UPDATE creator SET team_version = ?, audience_version = ? WHERE id = ?",
        teamVersion,
        audienceVersion,
        locked.id());
    return new CreatorRow(locked.creator(), teamVersion, audienceVersion, locked.pendingCount());
  }

  private CreatorRow toCreatorRow(SqlRow row) throws SQLException {
    UserId id = row.getUser("id");
    return new CreatorRow(
        new Creator(
            id,
            row.getString("name"),
            row.getBoolean("accepting"),
            row.getString("notice"),
            row.getString("rules"),
            row.getBoolean("shows_asked"),
            row.getBoolean("self_service"),
            row.findString("colour"),
            pictureUrl(id, row.findLong("picture_version")),
            row.getString("time_zone"),
            row.getLong("version")),
        row.getLong("team_version"),
        row.getLong("audience_version"),
        row.getInt("pending_count"));
  }
}
