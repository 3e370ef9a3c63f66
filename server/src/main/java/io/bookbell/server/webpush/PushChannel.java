package io.bookbell.server.webpush;

import io.bookbell.server.http.Caller;
import io.bookbell.server.http.JsonBody;
import io.bookbell.server.news.ChannelKind;
import io.bookbell.server.outbox.NewsKind;
import io.bookbell.server.outbox.NewsTarget;
import io.bookbell.server.outbox.NewsTargetStore;
import io.bookbell.server.storage.Transaction;
import java.net.URI;
import java.util.Map;
import java.util.Optional;

/** A person's browser, as a channel for news. Thread-safe. */
public final class PushChannel implements ChannelKind {
  private static final int MAX_ENDPOINT_LENGTH = 1_000;
  private static final int MAX_KEY_LENGTH = 100;
  private static final String KEYS = "keys";

  private final NewsTargetStore targetStore;
  private final boolean allowsPrivate;

  /**
   * Creates the kind.
   *
   * @param allowsPrivate whether push services may be in private networks, and without TLS
   */
  public PushChannel(NewsTargetStore targetStore, boolean allowsPrivate) {
    this.targetStore = targetStore;
    this.allowsPrivate = allowsPrivate;
  }

  @Override
  public NewsKind kind() {
    return NewsKind.WEB_PUSH;
  }

  @Override
  public ChannelAddress parseAddress(JsonBody channel) {
    String endpoint = channel.requiredVerbatim("target", 1, MAX_ENDPOINT_LENGTH);
    channel.checkField(
        "target", isEndpoint(endpoint), "must be the endpoint of a subscription: an HTTPS URL");
    Optional<BrowserKeys> keys = channel.optionalObject(KEYS).map(PushChannel::parseKeys);
    channel.checkField(
        KEYS,
        keys.filter(BrowserKeys::areValid).isPresent(),
        "must have the keys of the subscription, “p256dh” and “auth”");
    return new ChannelAddress(
        endpoint, keys.map(each -> new PushDetails(each, Optional.empty()).stored()).orElse("{}"));
  }

  /**
   * A browser that subscribes is bound to its session. A channel that is only sent back as it was
   * read, maybe by another device, stays as it is.
   */
  @Override
  public ChannelAddress bind(ChannelAddress address, Caller caller, Optional<NewsTarget> sentBack) {
    boolean hasSession = caller.key().isEmpty() && caller.external().isEmpty();
    Optional<String> session =
        sentBack.isPresent()
            ? PushDetails.parse(sentBack.get().details()).session()
            : Optional.of(caller.session()).filter(_ -> hasSession);
    BrowserKeys keys = PushDetails.parse(address.details()).browserKeys();
    return new ChannelAddress(address.address(), new PushDetails(keys, session).stored());
  }

  private static BrowserKeys parseKeys(JsonBody keys) {
    var browserKeys =
        new BrowserKeys(
            keys.requiredVerbatim(BrowserKeys.PUBLIC_KEY, 1, MAX_KEY_LENGTH),
            keys.requiredVerbatim(BrowserKeys.SECRET, 1, MAX_KEY_LENGTH));
    keys.requireNoErrors();
    return browserKeys;
  }

  private boolean isEndpoint(String text) {
    try {
      URI endpoint = URI.create(text);
      boolean secure =
          "https".equals(endpoint.getScheme())
              || (allowsPrivate && "http".equals(endpoint.getScheme()));
      return secure
          && endpoint.getHost() != null
          && endpoint.getRawUserInfo() == null
          && endpoint.getRawFragment() == null;
    } catch (IllegalArgumentException _) {
      return false;
    }
  }

  @Override
  public Map<String, Object> describe(NewsTarget target) {
    return Map.of(KEYS, PushDetails.parse(target.details()).browserKeys());
  }

  /** From now on, whoever used this browser before isn't told there any more. */
  @Override
  public void onCreated(Transaction tx, NewsTarget target) {
    targetStore.deleteOthersOfBrowser(tx, target);
  }

  @Override
  public boolean needsConsent() {
    return false;
  }

  @Override
  public void askForConsent(Transaction tx, NewsTarget target, String language) {
    throw new IllegalStateException("A browser has asked its user already");
  }
}
