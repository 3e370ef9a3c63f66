package io.bookbell.server.creator;

import io.bookbell.hub.Message;
import io.bookbell.server.web.Json;

/** The message that shows a creator's newest state. */
public final class CreatorUpdates {
  private CreatorUpdates() {}

  /** A state, not a numbered message: of several only the newest version matters. */
  public static Message toMessage(Creator creator) {
    var creatorUpdateMessage = new CreatorUpdateMessage("creator_update", creator);
    return Message.state(
        "creator:" + creator.id(), creator.version(), Json.writeAsBytes(creatorUpdateMessage));
  }

  private record CreatorUpdateMessage(String type, Creator creator) {}
}
