package io.bookbell.server.news;

import io.bookbell.hub.UserId;
import io.bookbell.server.http.Caller;
import io.bookbell.server.http.Problem;
import io.bookbell.server.news.ChannelKind.ChannelAddress;
import io.bookbell.server.news.NotificationSettings.ShownChannel;
import io.bookbell.server.news.NotificationSettings.ShownQuietHours;
import io.bookbell.server.outbox.NewsBody;
import io.bookbell.server.outbox.NewsEvent;
import io.bookbell.server.outbox.NewsKind;
import io.bookbell.server.outbox.NewsServiceStore;
import io.bookbell.server.outbox.NewsTarget;
import io.bookbell.server.outbox.NewsTarget.TargetPurpose;
import io.bookbell.server.outbox.NewsTargetStore;
import io.bookbell.server.outbox.NewsTargetStore.NewTarget;
import io.bookbell.server.outbox.OutboxStore;
import io.bookbell.server.storage.Transaction;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** Reads and changes what people are told outside the page, and where. Thread-safe. */
public final class NotificationSettingsService {
  /** The event of an item that a person sends to try a channel. */
  public static final String TEST_EVENT = "test";

  private final NewsPreferenceStore preferenceStore = new NewsPreferenceStore();
  private final NewsServiceStore serviceStore = new NewsServiceStore();
  private final Map<NewsKind, ChannelKind> kinds = new TreeMap<>();
  private final NewsTargetStore targetStore;
  private final OutboxStore outboxStore;

  /**
   * Creates the service.
   *
   * @param channelKinds that this installation can send
   */
  public NotificationSettingsService(
      NewsTargetStore targetStore, OutboxStore outboxStore, List<ChannelKind> channelKinds) {
    this.targetStore = targetStore;
    this.outboxStore = outboxStore;
    channelKinds.forEach(each -> kinds.put(each.kind(), each));
  }

  /**
   * A channel as a person wants it.
   *
   * @param id empty for a new one
   */
  public record WantedChannel(Optional<Long> id, NewsKind kind, Optional<ChannelAddress> address) {}

  /** All settings as a person wants them. */
  public record WantedSettings(
      List<WantedChannel> channels,
      Map<NewsEvent, Set<NewsKind>> events,
      NewsPreference preference,
      boolean keepsTimeZone) {}

  /** Returns a kind that this installation can send. */
  Optional<ChannelKind> findKind(NewsKind kind) {
    return Optional.ofNullable(kinds.get(kind));
  }

  Set<NewsKind> kinds() {
    return kinds.keySet();
  }

  public NotificationSettings get(Transaction tx, Caller caller) {
    UserId user = caller.user();
    var shown = targetStore.findChannelsLater(tx, user);
    var subscribed = targetStore.findChannelEventsLater(tx, user);
    NewsPreference preference = preferenceStore.get(tx, user);
    List<NewsTarget> channels = shown.get();
    Map<Long, Set<NewsEvent>> events = subscribed.get();
    var byEvent = new EnumMap<NewsEvent, Set<NewsKind>>(NewsEvent.class);
    for (NewsEvent event : NewsEvent.values()) {
      byEvent.put(event, EnumSet.noneOf(NewsKind.class));
    }
    for (NewsTarget channel : channels) {
      events
          .getOrDefault(channel.id(), Set.of())
          .forEach(event -> byEvent.computeIfPresent(event, (_, all) -> with(all, channel.kind())));
    }
    return new NotificationSettings(
        channels.stream().map(this::show).toList(),
        byEvent,
        preference.digest(),
        preference
            .quiet()
            .map(
                hours ->
                    new ShownQuietHours(
                        hours.from().toString(),
                        hours.to().toString(),
                        preference.timeZone().getId()))
            .orElse(null),
        kinds.keySet(),
        caller.operator() ? serviceStore.findBroken(tx) : null);
  }

  private static Set<NewsKind> with(Set<NewsKind> all, NewsKind kind) {
    all.add(kind);
    return all;
  }

  private ShownChannel show(NewsTarget channel) {
    Map<String, Object> others =
        findKind(channel.kind()).map(kind -> kind.describe(channel)).orElse(Map.of());
    var rest = new HashMap<>(others);
    Object shown = rest.remove("target");
    return new ShownChannel(
        channel.id(),
        channel.kind(),
        shown == null ? channel.address() : shown.toString(),
        channel.verified(),
        channel.lastError(),
        rest);
  }

  /**
   * Replaces a person's settings. Channels that aren't mentioned are removed.
   *
   * @throws Problem 400 if a channel isn't one of the person's
   */
  public NotificationSettings replace(Transaction tx, Caller caller, WantedSettings wanted) {
    UserId user = caller.user();
    var former = new HashMap<Long, NewsTarget>();
    targetStore.findChannels(tx, user).forEach(each -> former.put(each.id(), each));
    var kept = new HashSet<Long>();
    for (NewsTarget channel : storeChannels(tx, caller, wanted, former)) {
      kept.add(channel.id());
      targetStore.replaceEvents(tx, channel, eventsOf(channel.kind(), wanted.events));
    }
    former.keySet().stream()
        .filter(id -> !kept.contains(id))
        .forEach(id -> targetStore.delete(tx, id));
    preferenceStore.put(
        tx,
        user,
        wanted.keepsTimeZone
            ? wanted.preference.withTimeZone(preferenceStore.get(tx, user).timeZone())
            : wanted.preference);
    targetStore.wakeChannels(tx, user);
    return get(tx, caller);
  }

  private static Set<NewsEvent> eventsOf(NewsKind kind, Map<NewsEvent, Set<NewsKind>> events) {
    Set<NewsEvent> wanted = EnumSet.noneOf(NewsEvent.class);
    events.forEach(
        (event, byKinds) -> {
          if (byKinds.contains(kind)) {
            wanted.add(event);
          }
        });
    return wanted;
  }

  private List<NewsTarget> storeChannels(
      Transaction tx, Caller caller, WantedSettings wanted, Map<Long, NewsTarget> former) {
    String language = wanted.preference.language();
    var unnamed = new HashMap<>(former);
    wanted.channels.forEach(channel -> channel.id.ifPresent(unnamed::remove));
    var stored = new ArrayList<NewsTarget>();
    for (WantedChannel entered : namedFirst(wanted.channels)) {
      Optional<NewsTarget> named = entered.id.map(id -> requireOwn(former, id, entered.kind));
      WantedChannel channel = bind(entered, caller, named);
      Optional<NewsTarget> same = named.or(() -> findSame(unnamed, channel));
      same.ifPresent(target -> unnamed.remove(target.id()));
      NewsTarget target =
          same.map(found -> changeIfNeeded(tx, found, channel, language))
              .orElseGet(() -> create(tx, caller.user(), channel, language));
      requireOther(stored, target, former);
      stored.add(target);
    }
    return stored;
  }

  /** A new channel may have the address that another one gives up in the same call. */
  private static List<WantedChannel> namedFirst(List<WantedChannel> channels) {
    return channels.stream()
        .sorted(Comparator.comparing((WantedChannel channel) -> channel.id.isEmpty()))
        .toList();
  }

  /** Two channels with one address would tell everything twice. Those from before may stay. */
  private static void requireOther(
      List<NewsTarget> stored, NewsTarget channel, Map<Long, NewsTarget> former) {
    boolean repeated =
        stored.stream()
            .filter(each -> isSame(each, channel.kind(), channel.address()))
            .anyMatch(each -> isChanged(each, former) || isChanged(channel, former));
    if (repeated) {
      throw Problem.validationFailed("channels", "must have different targets");
    }
  }

  private static boolean isChanged(NewsTarget channel, Map<Long, NewsTarget> former) {
    NewsTarget before = former.get(channel.id());
    return before == null || !before.address().equals(channel.address());
  }

  private static boolean isSame(NewsTarget channel, NewsKind kind, String address) {
    return channel.kind() == kind && channel.address().equals(address);
  }

  private WantedChannel bind(WantedChannel channel, Caller caller, Optional<NewsTarget> named) {
    Optional<ChannelAddress> bound =
        findKind(channel.kind)
            .flatMap(kind -> channel.address.map(address -> kind.bind(address, caller, named)));
    return new WantedChannel(channel.id, channel.kind, bound.or(() -> channel.address));
  }

  private static NewsTarget requireOwn(Map<Long, NewsTarget> former, long id, NewsKind kind) {
    return Optional.ofNullable(former.get(id))
        .filter(target -> target.kind() == kind)
        .orElseThrow(
            () -> Problem.validationFailed("channels", "must only have ids of your own channels"));
  }

  /**
   * A repeated call doesn't create a channel twice.
   *
   * @param unnamed the channels that the call doesn't name by their ids
   */
  private static Optional<NewsTarget> findSame(
      Map<Long, NewsTarget> unnamed, WantedChannel channel) {
    return channel.address.flatMap(
        address ->
            unnamed.values().stream()
                .filter(target -> isSame(target, channel.kind, address.address()))
                .findFirst());
  }

  private NewsTarget changeIfNeeded(
      Transaction tx, NewsTarget target, WantedChannel channel, String language) {
    Optional<ChannelAddress> changed =
        channel.address.filter(
            address ->
                !address.address().equals(target.address())
                    || !address.details().equals(target.details()));
    if (changed.isEmpty()) {
      return target;
    }
    ChannelKind kind = requireKind(channel.kind);
    boolean sameAddress = changed.get().address().equals(target.address());
    boolean verified = !kind.needsConsent() || (sameAddress && target.verified());
    targetStore.changeAddress(
        tx, target.id(), changed.get().address(), changed.get().details(), verified);
    NewsTarget now = targetStore.find(tx, target.id()).orElseThrow();
    if (!verified) {
      kind.askForConsent(tx, now, language);
    }
    return now;
  }

  private NewsTarget create(Transaction tx, UserId user, WantedChannel channel, String language) {
    ChannelKind kind = requireKind(channel.kind);
    ChannelAddress address =
        channel.address.orElseThrow(
            () -> Problem.validationFailed("channels", "must have a target each"));
    NewsTarget target =
        targetStore.create(
            tx,
            NewTarget.channel(
                user, kind.kind(), address.address(), address.details(), !kind.needsConsent()));
    kind.onCreated(tx, target);
    if (kind.needsConsent()) {
      kind.askForConsent(tx, target, language);
    }
    return target;
  }

  private ChannelKind requireKind(NewsKind kind) {
    return findKind(kind)
        .orElseThrow(
            () -> Problem.validationFailed("channels", "must be of a kind that is set up here"));
  }

  /**
   * Sends something to a channel to try it.
   *
   * @throws Problem 404 if the person has no such channel
   */
  public void sendTest(Transaction tx, UserId user, long channel) {
    NewsTarget target =
        targetStore
            .find(tx, channel)
            .filter(each -> each.user().equals(user) && each.purpose() == TargetPurpose.CHANNEL)
            .orElseThrow(Problem::notFound);
    outboxStore.addAtOnce(tx, target.id(), TEST_EVENT, NewsBody.of(TEST_EVENT, Map.of()));
  }
}
