package io.bookbell.hub.redis;

import io.bookbell.hub.Delivery;
import io.bookbell.hub.Message;
import io.bookbell.hub.UserId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Encodes and decodes frames between nodes: protocol version, the sender's database and epoch
 * ("databaseEpoch"), kind, the sender's name, and then the fields of that kind. Numbers are
 * varints. Stateless.
 *
 * <pre>
 *   change    = channel count { json  state  count { user seq }  users }
 *   state     = 0 | 1 key version
 *   users     = count { distance from the previous user }
 * </pre>
 */
final class NodeMessageCodec {
  /**
   * Frames of another version are dropped. Nodes that speak it aren't peers; their changes are
   * found by the poll.
   */
  static final int VERSION = 3;

  private static final int ALIVE = 1;
  private static final int ECHO = 2;
  private static final int PRESENCE = 3;
  private static final int ASK = 4;
  private static final int SNAPSHOT = 5;
  private static final int GOODBYE = 6;
  private static final int CHANGE = 7;

  private NodeMessageCodec() {}

  static byte[] encode(String databaseEpoch, NodeMessage message) {
    WireOutput out = new WireOutput();
    out.writeByte(VERSION);
    out.writeString(databaseEpoch);
    out.writeByte(kindOf(message));
    out.writeString(message.node());
    switch (message) {
      case NodeMessage.NodeHeartbeat(_, long version, long nonce) -> {
        out.writeVarint(version);
        out.writeVarint(nonce);
      }
      case NodeMessage.LoopbackEcho(_, long nonce) -> out.writeVarint(nonce);
      case NodeMessage.PresenceChange(_, long from, long to, var joined, var left) -> {
        out.writeVarint(from);
        out.writeVarint(to);
        out.writeUserIds(joined);
        out.writeUserIds(left);
      }
      case NodeMessage.PresenceSnapshot(_, long version, var users) -> {
        out.writeVarint(version);
        out.writeUserIds(users);
      }
      case NodeMessage.CommittedDeliveries(_, String channel, var deliveries) -> {
        out.writeString(channel);
        out.writeVarint(deliveries.size());
        deliveries.forEach(delivery -> writeDelivery(delivery, out));
      }
      case NodeMessage.PresenceQuery _, NodeMessage.NodeShutdown _ -> {
        // only the name
      }
    }
    return out.toBytes();
  }

  /** Whether a frame, if not empty, has another protocol version than this one. */
  static boolean hasOtherVersion(byte[] frame) {
    return frame.length > 0 && frame[0] != VERSION;
  }

  /**
   * Whether the sender serves another database or epoch.
   *
   * @throws MalformedFrameException if the frame is too short or isn't valid
   */
  static boolean hasOtherDatabaseEpoch(byte[] frame, String databaseEpoch)
      throws MalformedFrameException {
    return !readEpoch(new WireInput(frame)).equals(databaseEpoch);
  }

  private static String readEpoch(WireInput in) throws MalformedFrameException {
    WireInput.requireValid(in.readByte() == VERSION, "another version of the protocol");
    return in.readString();
  }

  static NodeMessage decode(byte[] frame) throws MalformedFrameException {
    WireInput in = new WireInput(frame);
    readEpoch(in);
    int kind = in.readByte();
    NodeMessage message = readBody(kind, in.readString(), in);
    in.requireEnd();
    return message;
  }

  private static int kindOf(NodeMessage message) {
    return switch (message) {
      case NodeMessage.NodeHeartbeat _ -> ALIVE;
      case NodeMessage.LoopbackEcho _ -> ECHO;
      case NodeMessage.PresenceChange _ -> PRESENCE;
      case NodeMessage.PresenceQuery _ -> ASK;
      case NodeMessage.PresenceSnapshot _ -> SNAPSHOT;
      case NodeMessage.NodeShutdown _ -> GOODBYE;
      case NodeMessage.CommittedDeliveries _ -> CHANGE;
    };
  }

  private static NodeMessage readBody(int kind, String node, WireInput in)
      throws MalformedFrameException {
    return switch (kind) {
      case ALIVE -> new NodeMessage.NodeHeartbeat(node, in.readVarint(), in.readVarint());
      case ECHO -> new NodeMessage.LoopbackEcho(node, in.readVarint());
      case PRESENCE ->
          new NodeMessage.PresenceChange(
              node, in.readVarint(), in.readVarint(), in.readUserIds(), in.readUserIds());
      case ASK -> new NodeMessage.PresenceQuery(node);
      case SNAPSHOT -> new NodeMessage.PresenceSnapshot(node, in.readVarint(), in.readUserIds());
      case GOODBYE -> new NodeMessage.NodeShutdown(node);
      case CHANGE -> new NodeMessage.CommittedDeliveries(node, in.readString(), readDeliveries(in));
      default -> throw new MalformedFrameException("there is no kind " + kind);
    };
  }

  private static void writeDelivery(Delivery delivery, WireOutput out) {
    Message message = delivery.message();
    out.writeBytes(message.json());
    message.state().ifPresentOrElse(state -> writeState(state, out), () -> out.writeByte(0));
    out.writeVarint(delivery.sequence().size());
    delivery
        .sequence()
        .forEach(
            (user, sequence) -> {
              out.writeVarint(user.value());
              out.writeVarint(sequence);
            });
    out.writeUserIds(delivery.unnumbered());
  }

  private static void writeState(Message.StateKey state, WireOutput out) {
    out.writeByte(1);
    out.writeString(state.key());
    out.writeVarint(state.version());
  }

  private static List<Delivery> readDeliveries(WireInput in) throws MalformedFrameException {
    int count = in.readCount();
    List<Delivery> deliveries = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      deliveries.add(new Delivery(readMessage(in), readSequence(in), in.readUserIds()));
    }
    return deliveries;
  }

  private static Message readMessage(WireInput in) throws MalformedFrameException {
    byte[] json = in.readBytes();
    Optional<Message.StateKey> state = readState(in);
    try {
      return state.isPresent()
          ? Message.state(state.get().key(), state.get().version(), json)
          : Message.of(json);
    } catch (IllegalArgumentException noObject) {
      throw new MalformedFrameException("a message is no JSON object");
    }
  }

  private static Optional<Message.StateKey> readState(WireInput in) throws MalformedFrameException {
    int flag = in.readByte();
    WireInput.requireValid(flag <= 1, "a message is neither a state nor none");
    return flag == 0
        ? Optional.empty()
        : Optional.of(new Message.StateKey(in.readString(), in.readVarint()));
  }

  private static Map<UserId, Long> readSequence(WireInput in) throws MalformedFrameException {
    int count = in.readCount();
    Map<UserId, Long> sequence = HashMap.newHashMap(count);
    for (int i = 0; i < count; i++) {
      UserId user = in.readUserId();
      long number = in.readVarint();
      WireInput.requireValid(number > 0, "a sequence number is not positive");
      sequence.put(user, number);
    }
    return sequence;
  }
}
