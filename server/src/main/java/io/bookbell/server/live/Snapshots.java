package io.bookbell.server.live;

import io.bookbell.hub.Message;
import io.bookbell.hub.UserId;
import io.bookbell.server.creator.Creator;
import io.bookbell.server.creator.CreatorRow;
import io.bookbell.server.creator.CreatorUpdates;
import io.bookbell.server.creator.Creators;
import io.bookbell.server.creator.Roles;
import io.bookbell.server.notification.Notifications;
import io.bookbell.server.quota.Quota;
import io.bookbell.server.quota.Quotas;
import io.bookbell.server.request.BookRequest;
import io.bookbell.server.request.BookRequests;
import io.bookbell.server.storage.Transaction;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** What a user sees at one moment: the content of {@code initial_data}. Thread-safe. */
final class Snapshots {
  private static final int NEWEST_REQUESTS = 50;

  private final Creators creators;
  private final Roles roles;
  private final Quotas quotas;
  private final BookRequests requests;
  private final Notifications notifications;

  Snapshots(
      Creators creators,
      Roles roles,
      Quotas quotas,
      BookRequests requests,
      Notifications notifications) {
    this.creators = creators;
    this.roles = roles;
    this.quotas = quotas;
    this.requests = requests;
    this.notifications = notifications;
  }

  /** The first frame of a connection that begins anew. */
  record InitialData(
      String type,
      String epoch,
      long seq,
      List<BookRequest> bookRequests,
      List<Quota> quota,
      Map<UserId, Integer> pendingCount,
      List<Creator> creators,
      int unreadNotifications) {}

  InitialData take(Transaction tx, UserId user, String epoch, long seq) {
    Set<UserId> adminOf = roles.adminOf(tx, user);
    List<Quota> quota = quotas.of(tx, user);
    List<CreatorRow> concerned = creators.all(tx, concerned(adminOf, quota));
    var pending = new TreeMap<UserId, Integer>();
    concerned.stream()
        .filter(creator -> adminOf.contains(creator.id()))
        .forEach(creator -> pending.put(creator.id(), creator.pendingCount()));
    return new InitialData(
        "initial_data",
        epoch,
        seq,
        requests.newest(tx, user, NEWEST_REQUESTS),
        quota,
        pending,
        concerned.stream().map(CreatorRow::creator).toList(),
        notifications.unread(tx, user));
  }

  /** The state of each creator whom the user supports or helps, one message each. */
  List<Message> creatorStates(Transaction tx, UserId user) {
    Set<UserId> ids = concerned(roles.adminOf(tx, user), quotas.of(tx, user));
    return creators.all(tx, ids).stream()
        .map(row -> CreatorUpdates.message(row.creator()))
        .toList();
  }

  private static Set<UserId> concerned(Set<UserId> adminOf, List<Quota> quota) {
    var ids = new HashSet<>(adminOf);
    quota.forEach(each -> ids.add(each.creatorId()));
    return ids;
  }
}
