package io.bookbell.server.team;

import io.bookbell.hub.UserId;
import io.bookbell.server.creator.CreatorRow;
import io.bookbell.server.storage.Transaction;
import java.util.Map;
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
  private final ConcurrentHashMap<UserId, CachedAdmins> cache = new ConcurrentHashMap<>();
  private final LongAdder hits = new LongAdder();
  private final LongAdder misses = new LongAdder();

  /** Returns the creator and the active team members, as of the row's team version. */
  public Set<UserId> adminsOf(Transaction tx, CreatorRow creator) {
    CachedAdmins cached = cache.get(creator.id());
    if (cached != null && cached.teamVersion == creator.teamVersion()) {
      hits.increment();
      return cached.admins;
    }
    misses.increment();
    var loaded = new CachedAdmins(creator.teamVersion(), loadAdmins(tx, creator.id()));
    tx.afterCommit(() -> cache.merge(creator.id(), loaded, CachedAdmins::pickNewer));
    return loaded.admins;
  }

  /** Returns the creators in whose teams the user is active. Not cached. */
  public Set<UserId> teamsOf(Transaction tx, UserId member) {
    return tx.query("SELECT creator_id FROM team_member WHERE user_id = ? AND active", member)
        .set(row -> row.getUser("creator_id"));
  }

  private static Set<UserId> loadAdmins(Transaction tx, UserId creator) {
    Set<UserId> admins =
        tx.query("SELECT user_id FROM team_member WHERE creator_id = ? AND active", creator)
            .set(row -> row.getUser("user_id"));
    admins.add(creator);
    return Set.copyOf(admins);
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

  private record CachedAdmins(long teamVersion, Set<UserId> admins) {
    CachedAdmins pickNewer(CachedAdmins other) {
      return other.teamVersion > teamVersion ? other : this;
    }
  }
}
