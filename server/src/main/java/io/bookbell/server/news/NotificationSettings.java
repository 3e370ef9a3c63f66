package io.bookbell.server.news;

import com.fasterxml.jackson.annotation.JsonAnyGetter;
import io.bookbell.server.outbox.NewsEvent;
import io.bookbell.server.outbox.NewsKind;
import io.bookbell.server.outbox.NewsServiceStore.BrokenService;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A person's settings, as the API shows them.
 *
 * @param events the kinds of channels by which the person is told of each event
 * @param quiet null without quiet hours
 * @param kinds the kinds that this installation can send
 * @param broken the kinds that can't be sent at the moment; null for people who can't mend it
 */
public record NotificationSettings(
    List<ShownChannel> channels,
    Map<NewsEvent, Set<NewsKind>> events,
    Digest digest,
    @Nullable ShownQuietHours quiet,
    Set<NewsKind> kinds,
    @Nullable List<BrokenService> broken) {

  /**
   * A channel.
   *
   * @param target the address, as far as it isn't a secret
   * @param verified whether its owner has agreed to get news there
   * @param error why the last attempts have failed; null if they haven't
   */
  public record ShownChannel(
      long id,
      NewsKind kind,
      String target,
      boolean verified,
      @Nullable String error,
      Map<String, Object> others) {
    /** The fields that only this kind has. */
    @Override
    @JsonAnyGetter
    public Map<String, Object> others() {
      return others;
    }
  }

  /** Times of the day such as {@code 22:00}. */
  public record ShownQuietHours(String from, String to, String timeZone) {}
}
