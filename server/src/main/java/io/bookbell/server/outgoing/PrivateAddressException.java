package io.bookbell.server.outgoing;

import java.io.IOException;

/** A host has an address that isn't public, and requests to such addresses aren't allowed. */
public final class PrivateAddressException extends IOException {
  private static final long serialVersionUID = 1;

  PrivateAddressException(String host) {
    super(
        "%s has a private address; BOOKBELL_WEBHOOK_PRIVATE=true on the server allows those"
            .formatted(host));
  }
}
