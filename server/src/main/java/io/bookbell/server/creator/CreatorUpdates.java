package io.bookbell.server.creator;

import io.bookbell.hub.Message;
import io.bookbell.server.web.Json;

/** The message that shows a creator's newest state. */
public final class CreatorUpdates {
  private CreatorUpdates() {}

  /** A state, not a numbered message: of several only the newest version matters. */
  public static Message message(Creator creator) {
    var update = new Update("creator_update", creator);
    return Message.state("creator:" + creator.id(), creator.version(), Json.bytes(update));
  }

  private record Update(String type, Creator creator) {}
}
