package io.bookbell.server.live;

import io.bookbell.hub.Message;
import io.bookbell.hub.UserId;
import io.bookbell.server.creator.Creator;
import io.bookbell.server.creator.CreatorRoles;
import io.bookbell.server.creator.CreatorRow;
import io.bookbell.server.creator.CreatorStore;
import io.bookbell.server.creator.CreatorUpdates;
import io.bookbell.server.notification.NotificationService;
import io.bookbell.server.quota.Quota;
import io.bookbell.server.quota.QuotaService;
import io.bookbell.server.request.BookRequest;
import io.bookbell.server.request.BookRequestService;
import io.bookbell.server.storage.Transaction;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Reads what a user sees at one moment, the content of {@code initial_data}. Thread-safe. */
final class SnapshotReader {
  private static final int NEWEST_REQUESTS = 50;

  private final CreatorStore creatorStore;
  private final CreatorRoles creatorRoles;
  private final QuotaService quotaService;
  private final BookRequestService requests;
  private final NotificationService notificationService;

  SnapshotReader(
      CreatorStore creatorStore,
      CreatorRoles creatorRoles,
      QuotaService quotaService,
      BookRequestService requests,
      NotificationService notificationService) {
    this.creatorStore = creatorStore;
    this.creatorRoles = creatorRoles;
    this.quotaService = quotaService;
    this.requests = requests;
    this.notificationService = notificationService;
  }

  /** The first frame of a connection that starts with a snapshot. */
  record InitialDataMessage(
      String type,
      String epoch,
      long seq,
      List<BookRequest> bookRequests,
      List<Quota> quota,
      Map<UserId, Integer> pendingCount,
      List<Creator> creators,
      int unreadNotifications) {}

  InitialDataMessage readInitialData(Transaction tx, UserId user, String epoch, long seq) {
    Set<UserId> adminOf = creatorRoles.administeredCreators(tx, user);
    List<Quota> quota = quotaService.findByUser(tx, user);
    List<CreatorRow> concerned = creatorStore.findAll(tx, relevantCreators(adminOf, quota));
    var pending = new TreeMap<UserId, Integer>();
    concerned.stream()
        .filter(creator -> adminOf.contains(creator.id()))
        .forEach(creator -> pending.put(creator.id(), creator.pendingCount()));
    return new InitialDataMessage(
        "initial_data",
        epoch,
        seq,
        requests.listNewest(tx, user, NEWEST_REQUESTS),
        quota,
        pending,
        concerned.stream().map(CreatorRow::creator).toList(),
        notificationService.countUnread(tx, user));
  }

  /** One state message for each creator whom the user supports or helps. */
  List<Message> creatorStates(Transaction tx, UserId user) {
    Set<UserId> ids =
        relevantCreators(
            creatorRoles.administeredCreators(tx, user), quotaService.findByUser(tx, user));
    return creatorStore.findAll(tx, ids).stream()
        .map(row -> CreatorUpdates.toMessage(row.creator()))
        .toList();
  }

  private static Set<UserId> relevantCreators(Set<UserId> adminOf, List<Quota> quota) {
    var ids = new HashSet<>(adminOf);
    quota.forEach(each -> ids.add(each.creatorId()));
    return ids;
  }
}
