package io.bookbell.server;

import io.bookbell.server.config.ServerConfig;
import io.bookbell.server.network.PublicUrl;
import java.util.Optional;
import java.util.regex.Pattern;

/** Where the operators of push services find us, as the URL that they want. Stateless. */
final class PushContact {
  private static final Pattern ACCEPTED = Pattern.compile("(?:https://|mailto:).+");
  private static final Pattern HOST =
      Pattern.compile("[A-Za-z0-9](?:[A-Za-z0-9-]*\\.)+[A-Za-z]{2,}(?::[0-9]+)?(?:/.*)?");
  private static final Pattern ADDRESS = Pattern.compile("[^@/:]+@[^@/:]+");

  private PushContact() {}

  /** Returns the operator's contact, or else the page; empty if there is no such URL. */
  static Optional<String> find(ServerConfig serverConfig) {
    return serverConfig
        .contact()
        .flatMap(PushContact::toUrl)
        .or(
            () ->
                serverConfig
                    .reach()
                    .publicUrl()
                    .filter(PublicUrl::isSecure)
                    .map(PublicUrl::toString));
  }

  private static Optional<String> toUrl(String contact) {
    if (ACCEPTED.matcher(contact).matches()) {
      return Optional.of(contact);
    }
    if (ADDRESS.matcher(contact).matches()) {
      return Optional.of("mailto:" + contact);
    }
    return HOST.matcher(contact).matches() ? Optional.of("https://" + contact) : Optional.empty();
  }
}
