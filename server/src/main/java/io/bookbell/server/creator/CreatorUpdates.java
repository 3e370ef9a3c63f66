package io.bookbell.server.creator;

import io.bookbell.hub.Message;
import io.bookbell.server.json.Json;

/** Builds {@code creator_update} messages. */
public final class CreatorUpdates {
  private CreatorUpdates() {}

  /** Returns a state message, which has no sequence number: only the newest version matters. */
  public static Message toMessage(Creator creator) {
    var creatorUpdateMessage = new CreatorUpdateMessage("creator_update", creator);
    return Message.state(
        "creator:" + creator.id(), creator.version(), Json.writeAsBytes(creatorUpdateMessage));
  }

  private record CreatorUpdateMessage(String type, Creator creator) {}
}
