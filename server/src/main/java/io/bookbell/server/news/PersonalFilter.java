package io.bookbell.server.news;

import io.bookbell.hub.UserId;
import io.bookbell.server.account.AccountStore;
import io.bookbell.server.creator.CreatorRoles;
import io.bookbell.server.notification.NotificationService;
import io.bookbell.server.outbox.NewsTarget;
import io.bookbell.server.outbox.OutboxItem;
import io.bookbell.server.outbox.SendPlan;
import io.bookbell.server.outbox.SendPlan.SendLater;
import io.bookbell.server.outbox.SendPlan.SkipItems;
import io.bookbell.server.storage.Transaction;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What of a person's queued items is still wanted, and when it may be sent. The transports of
 * personal channels call it from {@code planNext}. Thread-safe.
 *
 * <p>What the person has read on the page isn't sent any more, and neither is what the person was
 * told as an admin of a creator and isn't any more. A disabled account gets nothing.
 */
public final class PersonalFilter {
  private final AccountStore accountStore = new AccountStore();
  private final NewsPreferenceStore preferenceStore = new NewsPreferenceStore();
  private final NotificationService notificationService;
  private final CreatorRoles creatorRoles;

  public PersonalFilter(NotificationService notificationService, CreatorRoles creatorRoles) {
    this.notificationService = notificationService;
    this.creatorRoles = creatorRoles;
  }

  /**
   * The items that are still wanted and the ids of the others.
   *
   * @param sendAt when they may be sent; empty if now
   */
  public record FilteredItems(
      List<OutboxItem> wanted,
      List<Long> unwanted,
      Optional<Instant> sendAt,
      NewsPreference preference) {}

  /**
   * Filters the queued items of a channel.
   *
   * @param mayCollect whether the channel sends daily or weekly digests to those who want them
   */
  public FilteredItems filterItems(
      Transaction tx, NewsTarget target, List<OutboxItem> queued, boolean mayCollect) {
    UserId user = target.user();
    NewsPreference preference = preferenceStore.get(tx, user);
    Set<Long> read = notificationService.findRead(tx, user, notificationsOf(queued));
    Set<UserId> administered =
        queued.stream().anyMatch(OutboxItem::asAdmin)
            ? Set.copyOf(creatorRoles.administeredCreators(tx, user))
            : Set.of();
    boolean disabled = accountStore.isDisabled(tx, user);
    var wanted = new ArrayList<OutboxItem>();
    var unwanted = new ArrayList<Long>();
    for (OutboxItem item : queued) {
      boolean isRead = item.notification() != null && read.contains(item.notification());
      boolean hidden = item.asAdmin() && !administered.contains(item.creator());
      if (disabled || isRead || hidden) {
        unwanted.add(item.id());
      } else {
        wanted.add(item);
      }
    }
    return new FilteredItems(
        wanted, unwanted, findTime(tx.now(), wanted, preference, mayCollect), preference);
  }

  /** Plans what is wanted, for a channel without digests. */
  @FunctionalInterface
  public interface NewsPlan {
    SendPlan plan(List<OutboxItem> wanted, NewsWords words);
  }

  /**
   * Plans a channel without digests: a test at once, and news if they are wanted and it isn't
   * quiet.
   */
  public SendPlan planNews(
      Transaction tx, NewsTarget target, List<OutboxItem> queued, NewsPlan newsPlan) {
    Optional<OutboxItem> test = findTest(queued);
    if (test.isPresent()) {
      return newsPlan.plan(List.of(test.get()), wordsOf(tx, target));
    }
    FilteredItems filtered = filterItems(tx, target, queued, false);
    if (!filtered.unwanted.isEmpty()) {
      return new SkipItems(filtered.unwanted);
    }
    return filtered
        .sendAt
        .<SendPlan>map(SendLater::new)
        .orElseGet(
            () -> newsPlan.plan(filtered.wanted, NewsWords.of(filtered.preference.language())));
  }

  /** Returns those items whose digest was due by a time, and those that wait for none. */
  public List<OutboxItem> findDue(
      Transaction tx, NewsTarget target, List<OutboxItem> queued, Instant time) {
    NewsPreference preference = preferenceStore.get(tx, target.user());
    return queued.stream()
        .filter(
            item ->
                isTest(item)
                    || !preference
                        .digest()
                        .timeOf(item.createdAt(), preference.timeZone())
                        .isAfter(time))
        .toList();
  }

  /** Returns an item with which the person tries the channel. It doesn't wait for its time. */
  public static Optional<OutboxItem> findTest(List<OutboxItem> queued) {
    return queued.stream().filter(PersonalFilter::isTest).findFirst();
  }

  private static boolean isTest(OutboxItem item) {
    return item.event().equals(NotificationSettingsService.TEST_EVENT);
  }

  /** The words of the language in which the person is sent news. */
  public NewsWords wordsOf(Transaction tx, NewsTarget target) {
    return NewsWords.of(preferenceStore.get(tx, target.user()).language());
  }

  private static Set<Long> notificationsOf(List<OutboxItem> queued) {
    return queued.stream()
        .map(OutboxItem::notification)
        .filter(Objects::nonNull)
        .collect(Collectors.toSet());
  }

  private static Optional<Instant> findTime(
      Instant now, List<OutboxItem> wanted, NewsPreference preference, boolean mayCollect) {
    if (wanted.isEmpty()) {
      return Optional.empty();
    }
    Instant happened = wanted.getFirst().createdAt();
    Instant due =
        mayCollect ? preference.digest().timeOf(happened, preference.timeZone()) : happened;
    Instant time = preference.afterQuietHours(due.isAfter(now) ? due : now);
    return time.isAfter(now) ? Optional.of(time) : Optional.empty();
  }
}
