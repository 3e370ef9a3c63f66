package io.bookbell.server.team;

import static io.bookbell.server.storage.schema.Tables.TEAM_MEMBER;

import io.bookbell.hub.UserId;
import io.bookbell.server.creator.CreatorRow;
import io.bookbell.server.storage.Transaction;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/**
 * The admins of each creator, cached. Thread-safe.
 *
 * <p>An entry is keyed by the creator's {@code team_version}, which every change of the team
 * increments under the creator's lock and which the caller has just read in its own transaction. So
 * a hit needs no query and no invalidation message, and is never stale. Only what a committed
 * transaction has read gets in.
 */
public final class AdminCache {
  private final ConcurrentHashMap<UserId, CachedAdmins> cache = new ConcurrentHashMap<>();
  private final LongAdder hits = new LongAdder();
  private final LongAdder misses = new LongAdder();

  /** The creator and the active team members, as of the row's team version. */
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

  /** The creators in whose team the user is active. Not cached. */
  public Set<UserId> teamsOf(Transaction tx, UserId member) {
    return tx.sql()
        .select(TEAM_MEMBER.CREATOR_ID)
        .from(TEAM_MEMBER)
        .where(TEAM_MEMBER.USER_ID.eq(member))
        .and(TEAM_MEMBER.ACTIVE.isTrue())
        .fetchSet(TEAM_MEMBER.CREATOR_ID);
  }

  private static Set<UserId> loadAdmins(Transaction tx, UserId creator) {
    Set<UserId> admins =
        tx.sql()
            .select(TEAM_MEMBER.USER_ID)
            .from(TEAM_MEMBER)
            .where(TEAM_MEMBER.CREATOR_ID.eq(creator))
            .and(TEAM_MEMBER.ACTIVE.isTrue())
            .fetchSet(TEAM_MEMBER.USER_ID);
    admins.add(creator);
    return Set.copyOf(admins);
  }

  /** Forgets everything: versions begin anew with another life of the database. */
  public void clearCache() {
    cache.clear();
  }

  /** A momentary view of the cache, not of the database. */
  public AdminCacheStats cacheStats() {
    var details = new TreeMap<UserId, Integer>();
    cache.forEach((creator, cachedAdmins) -> details.put(creator, cachedAdmins.admins.size()));
    int total = details.values().stream().mapToInt(Integer::intValue).sum();
    return new AdminCacheStats(details.size(), total, details, hits.sum(), misses.sum());
  }

  /**
   * What the cache holds and how often it was asked.
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
