package io.bookbell.server.news;

import io.bookbell.server.http.ApiRequest;
import io.bookbell.server.http.ApiResponse;
import io.bookbell.server.http.ApiRouter;
import io.bookbell.server.http.JsonBody;
import io.bookbell.server.http.RateLimit;
import io.bookbell.server.news.NewsPreference.QuietHours;
import io.bookbell.server.news.NotificationSettingsService.WantedChannel;
import io.bookbell.server.news.NotificationSettingsService.WantedSettings;
import io.bookbell.server.outbox.NewsEvent;
import io.bookbell.server.outbox.NewsKind;
import java.time.DateTimeException;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** {@code /api/me/notification-settings}. */
public final class NotificationSettingsRoutes {
  private static final String PATH = "/api/me/notification-settings";
  private static final int MAX_CHANNELS = 20;
  private static final Pattern TIME = Pattern.compile("(?:[01][0-9]|2[0-3]):[0-5][0-9]");
  private static final String[] KINDS =
      Arrays.stream(NewsKind.values()).map(NewsKind::wireName).toArray(String[]::new);

  private final NotificationSettingsService settingsService;

  public NotificationSettingsRoutes(NotificationSettingsService settingsService) {
    this.settingsService = settingsService;
  }

  public void addRoutes(ApiRouter apiRouter) {
    apiRouter.get(
        PATH,
        apiRequest -> {
          apiRequest.queryParameters().requireNoErrors();
          return apiRequest;
        },
        (tx, caller, _) -> ApiResponse.ok(settingsService.get(tx, caller)));
    apiRouter.put(
        PATH,
        RateLimit.ACCOUNT,
        this::parseSettings,
        (tx, caller, wanted) -> ApiResponse.ok(settingsService.replace(tx, caller, wanted)));
    apiRouter.post(
        PATH + "/test",
        RateLimit.ACCOUNT,
        NotificationSettingsRoutes::parseChannel,
        (tx, caller, channel) -> {
          settingsService.sendTest(tx, caller.user(), channel);
          return ApiResponse.noContent();
        });
  }

  private static long parseChannel(ApiRequest apiRequest) {
    JsonBody jsonBody = apiRequest.jsonBody();
    long channel = jsonBody.requiredId("channel");
    jsonBody.requireNoErrors();
    return channel;
  }

  private WantedSettings parseSettings(ApiRequest apiRequest) {
    JsonBody jsonBody = apiRequest.jsonBody();
    var channels = new ArrayList<WantedChannel>();
    for (JsonBody channel : jsonBody.objects("channels", MAX_CHANNELS)) {
      channels.add(parseChannel(channel));
    }
    Map<NewsEvent, Set<NewsKind>> events =
        jsonBody
            .optionalObject("events")
            .map(NotificationSettingsRoutes::parseEvents)
            .orElse(Map.of());
    Digest digest =
        Digest.of(jsonBody.optionalOneOf("digest", "off", "daily", "weekly").orElse("off"));
    Optional<QuietTimes> quiet =
        jsonBody.optionalObject("quiet").map(NotificationSettingsRoutes::parseQuiet);
    jsonBody.optionalSomeOf("kinds", List.of(KINDS)); // as it was read, if it is sent back
    jsonBody.objects("broken", KINDS.length);
    jsonBody.requireNoErrors();
    return new WantedSettings(
        channels,
        events,
        new NewsPreference(
            digest,
            quiet.flatMap(QuietTimes::hours),
            quiet.map(QuietTimes::timeZone).orElse(NewsPreference.DEFAULT.timeZone()),
            NewsWords.preferredLanguage(apiRequest.header("Accept-Language"))),
        quiet.isEmpty());
  }

  private WantedChannel parseChannel(JsonBody channel) {
    Optional<Long> id = channel.optionalId("id");
    NewsKind kind = NewsKind.of(channel.requiredOneOf("kind", KINDS));
    Optional<ChannelKind> known = settingsService.findKind(kind);
    channel.checkField("kind", known.isPresent() || id.isPresent(), "is not set up here");
    channel.optionalBoolean("verified");
    channel.optionalText("error", 0, 500);
    boolean keepsAddress = id.isPresent() && !channel.hasField("target");
    var address =
        keepsAddress
            ? Optional.<ChannelKind.ChannelAddress>empty()
            : known.map(each -> each.parseAddress(channel));
    channel.requireNoErrors();
    return new WantedChannel(id, kind, address);
  }

  private static Map<NewsEvent, Set<NewsKind>> parseEvents(JsonBody events) {
    var wanted = new EnumMap<NewsEvent, Set<NewsKind>>(NewsEvent.class);
    for (NewsEvent event : NewsEvent.values()) {
      Set<NewsKind> kinds = EnumSet.noneOf(NewsKind.class);
      events
          .optionalSomeOf(event.wireName(), List.of(KINDS))
          .forEach(kind -> kinds.add(NewsKind.of(kind)));
      wanted.put(event, kinds);
    }
    events.requireNoErrors();
    return wanted;
  }

  private record QuietTimes(Optional<QuietHours> hours, ZoneId timeZone) {}

  /** Without times, it only says in which time zone the morning of a digest is. */
  private static QuietTimes parseQuiet(JsonBody quiet) {
    String expected = "must be a time such as 22:00";
    Optional<String> from = quiet.optionalMatch("from", TIME, expected);
    Optional<String> to = quiet.optionalMatch("to", TIME, expected);
    quiet.checkField("to", from.isPresent() == to.isPresent(), "is required with “from”");
    quiet.checkField("to", from.isEmpty() || !from.equals(to), "must differ from “from”");
    String name = quiet.optionalLine("time_zone", 1, 60).orElse("UTC");
    Optional<ZoneId> timeZone = findZone(name);
    quiet.checkField(
        "time_zone", timeZone.isPresent(), "must be a time zone such as Europe/Berlin");
    quiet.requireNoErrors();
    return new QuietTimes(
        from.flatMap(
            begin -> to.map(end -> new QuietHours(LocalTime.parse(begin), LocalTime.parse(end)))),
        timeZone.orElseThrow());
  }

  private static Optional<ZoneId> findZone(String name) {
    try {
      return Optional.of(ZoneId.of(name));
    } catch (DateTimeException e) {
      return Optional.empty();
    }
  }
}
