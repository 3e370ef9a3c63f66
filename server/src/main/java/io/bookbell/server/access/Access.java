package io.bookbell.server.access;

import io.bookbell.hub.UserId;
import io.bookbell.server.creator.CreatorRow;
import io.bookbell.server.creator.Creators;
import io.bookbell.server.creator.Roles;
import io.bookbell.server.quota.Quotas;
import io.bookbell.server.storage.Transaction;
import io.bookbell.server.team.Admins;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Roles from the team and the supporters. Thread-safe.
 *
 * <p>A creator's whole audience is cached by its {@code audience_version}, in the way of {@link
 * Admins}: a notice to ten thousand supporters needs no list of them from the database.
 */
public final class Access implements Roles {
  private final Creators creators;
  private final Admins admins;
  private final Quotas quotas;
  private final ConcurrentHashMap<UserId, Audience> audiences = new ConcurrentHashMap<>();

  public Access(Creators creators, Admins admins, Quotas quotas) {
    this.creators = creators;
    this.admins = admins;
    this.quotas = quotas;
  }

  @Override
  public Set<UserId> admins(Transaction tx, CreatorRow creator) {
    return admins.of(tx, creator);
  }

  @Override
  public boolean isSupporter(Transaction tx, UserId creator, UserId user) {
    return quotas.isSupporter(tx, creator, user);
  }

  @Override
  public Set<UserId> adminOf(Transaction tx, UserId user) {
    Set<UserId> found = new HashSet<>(admins.teamsOf(tx, user));
    creators.find(tx, user).ifPresent(self -> found.add(user));
    return found;
  }

  @Override
  public Set<UserId> everyone(Transaction tx, CreatorRow creator) {
    Audience cached = audiences.get(creator.id());
    if (cached != null && cached.version == creator.audienceVersion()) {
      return cached.users;
    }
    var users = new HashSet<>(quotas.supportersOf(tx, creator.id()));
    users.addAll(admins(tx, creator));
    var loaded = new Audience(creator.audienceVersion(), Set.copyOf(users));
    tx.afterCommit(() -> audiences.merge(creator.id(), loaded, Audience::newer));
    return loaded.users;
  }

  /** Forgets everything: versions begin anew with another life of the database. */
  public void clear() {
    audiences.clear();
    admins.clear();
  }

  private record Audience(long version, Set<UserId> users) {
    Audience newer(Audience other) {
      return other.version > version ? other : this;
    }
  }
}
