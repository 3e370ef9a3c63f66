package io.bookbell.server.team;

import io.bookbell.hub.UserId;
import io.bookbell.server.creator.CreatorRow;
import io.bookbell.server.creator.TeamRole;
import io.bookbell.server.storage.Transaction;
import io.bookbell.server.storage.sql.PendingResult;
import io.bookbell.server.storage.sql.SqlFragment;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/**
 * A cache of each creator's admins. Thread-safe.
 *
 * <p>An entry is valid for the creator's {@code team_version}, which every change of the team
 * increments under the lock on the creator's row, and which the caller has just read in its own
 * transaction. A hit therefore needs no query, is never stale, and no invalidation messages are
 * necessary. Entries are added only after the transaction that read them has committed.
 */
public final class AdminCache {
  private static final String TEAMS =
      "SELECT creator_id FROM team_member WHERE user_id = ? AND active";

  private final ConcurrentHashMap<UserId, CachedAdmins> cache = new ConcurrentHashMap<>();
  private final LongAdder hits = new LongAdder();
  private final LongAdder misses = new LongAdder();

  /** Returns the creator and the active team members, as of the row's team version. */
  public Set<UserId> adminsOf(Transaction tx, CreatorRow creator) {
    return lookUp(tx, creator).admins;
  }

  /** Returns the role of an active team member, as of the row's team version. */
  public Optional<TeamRole> teamRoleOf(Transaction tx, CreatorRow creator, UserId user) {
    return Optional.ofNullable(lookUp(tx, creator).roles.get(user));
  }

  /** Whether the user was an admin when this cache was last filled. */
  public boolean wasAdmin(UserId creator, UserId user) {
    CachedAdmins cached = cache.get(creator);
    return creator.equals(user) || (cached != null && cached.admins.contains(user));
  }

  private CachedAdmins lookUp(Transaction tx, CreatorRow creator) {
    CachedAdmins cached = cache.get(creator.id());
    if (cached != null && cached.teamVersion == creator.teamVersion()) {
      hits.increment();
      return cached;
    }
    misses.increment();
    CachedAdmins loaded = loadAdmins(tx, creator);
    tx.afterCommit(() -> cache.merge(creator.id(), loaded, CachedAdmins::pickNewer));
    return loaded;
  }

  /** Reads the creators in whose teams the user is active. Not cached. */
  public PendingResult<List<UserId>> teamsOfLater(Transaction tx, UserId member) {
    return tx.query(TEAMS, member).later(row -> row.getUser("creator_id"));
  }

  /** A query for the creators in whose teams the user is active. */
  public SqlFragment teamsOf(UserId user) {
    return SqlFragment.of(TEAMS, user);
  }

  private static CachedAdmins loadAdmins(Transaction tx, CreatorRow creator) {
    Map<UserId, TeamRole> roles =
        tx.query(
                "SELECT user_id, role FROM team_member WHERE creator_id = ? AND active",
                creator.id())
            .map(row -> row.getUser("user_id"), row -> TeamRole.of(row.getString("role")));
    Set<UserId> admins = new HashSet<>(roles.keySet());
    admins.add(creator.id());
    return new CachedAdmins(creator.teamVersion(), Set.copyOf(admins), Map.copyOf(roles));
  }

  /**
   * Clears the cache. Called when the epoch changes, because the version counters of a restored
   * database may repeat.
   */
  public void clearCache() {
    cache.clear();
  }

  /** Returns a snapshot of the cache's content and its hit counts. */
  public AdminCacheStats cacheStats() {
    var details = new TreeMap<UserId, Integer>();
    cache.forEach((creator, cachedAdmins) -> details.put(creator, cachedAdmins.admins.size()));
    int total = details.values().stream().mapToInt(Integer::intValue).sum();
    return new AdminCacheStats(details.size(), total, details, hits.sum(), misses.sum());
  }

  /**
   * The cache's content and hit counts.
   *
   * @param cacheDetails the number of admins by creator
   */
  public record AdminCacheStats(
      int creatorsCached,
      int totalAdmins,
      Map<UserId, Integer> cacheDetails,
      long hits,
      long misses) {}

  private record CachedAdmins(long teamVersion, Set<UserId> admins, Map<UserId, TeamRole> roles) {
    CachedAdmins pickNewer(CachedAdmins other) {
      return other.teamVersion > teamVersion ? other : this;
    }
  }
}
