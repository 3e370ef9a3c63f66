package io.bookbell.server.webhook;

import io.bookbell.server.http.Problem;
import java.net.URI;
import java.util.Optional;
import java.util.Set;

/** Checks the addresses that creators and other users enter. Stateless. */
public final class WebhookAddress {
  static final int MAX_LENGTH = 2_000;

  private static final Set<String> SCHEMES = Set.of("http", "https");

  private WebhookAddress() {}

  /** Returns what is wrong with an address, if anything. Looks up nothing. */
  public static Optional<String> findFault(WebhookKind kind, String text) {
    URI address;
    try {
      address = URI.create(text);
    } catch (IllegalArgumentException _) {
      return Optional.of("must be a URL");
    }
    if (address.getScheme() == null
        || !SCHEMES.contains(address.getScheme())
        || address.getHost() == null) {
      return Optional.of("must be a URL such as https://host/path");
    }
    if (address.getRawUserInfo() != null || address.getRawFragment() != null) {
      return Optional.of("must have no user name, password or #fragment");
    }
    return switch (kind) {
      case TELEGRAM ->
          ChatPost.isTelegram(address)
              ? Optional.empty()
              : Optional.of(
                  "must be https://api.telegram.org/bot<token>/sendMessage?chat_id=<chat>");
      case NTFY ->
          address.getPath().matches(".*/[-_A-Za-z0-9]{1,64}")
              ? Optional.empty()
              : Optional.of("must end in a topic, such as https://ntfy.sh/my_topic");
      case WEBHOOK, SLACK, DISCORD -> Optional.empty();
    };
  }

  /**
   * Requires a valid address.
   *
   * @throws Problem 400 naming the field {@code url}
   */
  static void requireValid(WebhookKind kind, String url) {
    findFault(kind, url)
        .ifPresent(
            fault -> {
              throw Problem.validationFailed("url", fault);
            });
  }
}
