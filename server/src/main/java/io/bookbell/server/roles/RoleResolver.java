package io.bookbell.server.roles;

import io.bookbell.hub.UserId;
import io.bookbell.server.creator.CreatorRoles;
import io.bookbell.server.creator.CreatorRow;
import io.bookbell.server.creator.CreatorStore;
import io.bookbell.server.creator.TeamRole;
import io.bookbell.server.quota.QuotaService;
import io.bookbell.server.storage.Transaction;
import io.bookbell.server.storage.sql.SqlFragment;
import io.bookbell.server.team.AdminCache;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * Determines a user's role from the team and the memberships. Thread-safe.
 *
 * <p>A creator's audience is cached by {@code audience_version}, the way {@link AdminCache} caches
 * admins by {@code team_version}, so a message to ten thousand supporters doesn't have to load them
 * from the database.
 */
public final class RoleResolver implements CreatorRoles {
  private final CreatorStore creatorStore;
  private final AdminCache adminCache;
  private final QuotaService quotaService;
  private final ConcurrentHashMap<UserId, CachedAudience> audiences = new ConcurrentHashMap<>();

  public RoleResolver(CreatorStore creatorStore, AdminCache adminCache, QuotaService quotaService) {
    this.creatorStore = creatorStore;
    this.adminCache = adminCache;
    this.quotaService = quotaService;
  }

  @Override
  public Set<UserId> adminsOf(Transaction tx, CreatorRow creator) {
    return adminCache.adminsOf(tx, creator);
  }

  @Override
  public Optional<TeamRole> teamRoleOf(Transaction tx, CreatorRow creator, UserId user) {
    return adminCache.teamRoleOf(tx, creator, user);
  }

  @Override
  public boolean wasAdmin(UserId creator, UserId user) {
    return adminCache.wasAdmin(creator, user);
  }

  @Override
  public boolean isSupporter(Transaction tx, UserId creator, UserId user) {
    return quotaService.isSupporter(tx, creator, user);
  }

  @Override
  public Supplier<Boolean> isSupporterLater(Transaction tx, UserId creator, UserId user) {
    return quotaService.isSupporterLater(tx, creator, user);
  }

  @Override
  public Set<UserId> administeredCreators(Transaction tx, UserId user) {
    Supplier<List<UserId>> teams = adminCache.teamsOfLater(tx, user);
    Optional<CreatorRow> self = creatorStore.find(tx, user);
    Set<UserId> found = new HashSet<>(teams.get());
    self.ifPresent(creator -> found.add(user));
    return found;
  }

  @Override
  public SqlFragment isAdministered(String column, UserId user) {
    return SqlFragment.of(column + " IN (")
        .append(adminCache.teamsOf(user))
        .append("UNION ALL")
        .append(creatorStore.ownId(user))
        .append(")");
  }

  @Override
  public Set<UserId> audienceOf(Transaction tx, CreatorRow creator) {
    CachedAudience cached = audiences.get(creator.id());
    if (cached != null && cached.version == creator.audienceVersion()) {
      return cached.users;
    }
    var users = new HashSet<>(quotaService.findSupporters(tx, creator.id()));
    users.addAll(adminsOf(tx, creator));
    var loaded = new CachedAudience(creator.audienceVersion(), Set.copyOf(users));
    tx.afterCommit(() -> audiences.merge(creator.id(), loaded, CachedAudience::pickNewer));
    return loaded.users;
  }

  /**
   * Clears both caches. Called when the epoch changes, because the version counters of a restored
   * database may repeat.
   */
  public void clearCaches() {
    audiences.clear();
    adminCache.clearCache();
  }

  private record CachedAudience(long version, Set<UserId> users) {
    CachedAudience pickNewer(CachedAudience other) {
      return other.version > version ? other : this;
    }
  }
}
