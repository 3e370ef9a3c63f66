package io.bookbell.server;

import io.bookbell.hub.UserId;
import io.bookbell.server.legacy.LegacyDirectory;
import io.bookbell.server.quota.Quota;
import io.bookbell.server.storage.Transaction;
import io.bookbell.server.transfer.ImportedIds;
import java.util.Collection;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/** Answers the translation of the replaced system's messages from the services. Thread-safe. */
final class StoredLegacyDirectory implements LegacyDirectory {
  private final Services services;

  StoredLegacyDirectory(Services services) {
    this.services = services;
  }

  /** A creator among the admins is nearly always the one; the team decides otherwise. */
  @Override
  public Optional<UserId> findCreatorOfAdmins(Transaction tx, Set<UserId> admins) {
    if (admins.isEmpty()) {
      return Optional.empty();
    }
    Set<UserId> common = new HashSet<>();
    boolean first = true;
    for (UserId admin : admins) {
      Set<UserId> of = services.access.administeredCreators(tx, admin);
      if (first) {
        common.addAll(of);
      } else {
        common.retainAll(of);
      }
      first = false;
    }
    if (common.size() > 1) {
      common.retainAll(admins); // a creator is always told, together with the team
    }
    return common.size() == 1 ? common.stream().findFirst() : Optional.empty();
  }

  @Override
  public Optional<UserId> findCreatorOfSupporter(Transaction tx, UserId user) {
    var quotas = services.quotas.findByUser(tx, user);
    return quotas.size() == 1
        ? Optional.of(quotas.getFirst()).map(Quota::creatorId)
        : Optional.empty();
  }

  @Override
  public boolean isAdmin(Transaction tx, UserId creator, UserId user) {
    return services.access.administeredCreators(tx, user).contains(creator);
  }

  @Override
  public Optional<String> findName(Transaction tx, UserId user) {
    return services.accounts.findName(tx, user);
  }

  @Override
  public Set<Long> findOwnRequests(Transaction tx, Collection<Long> ids) {
    Set<Long> existing = new HashSet<>(services.requests.findExisting(tx, ids));
    existing.removeAll(ImportedIds.requestsAmong(tx, ids));
    return existing;
  }

  @Override
  public Set<Long> findOwnReplies(Transaction tx, Collection<Long> ids) {
    Set<Long> existing = new HashSet<>(services.requests.findExistingReplies(tx, ids));
    existing.removeAll(ImportedIds.repliesAmong(tx, ids));
    return existing;
  }
}
