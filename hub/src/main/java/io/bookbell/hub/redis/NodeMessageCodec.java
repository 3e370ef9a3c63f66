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
 * Frames between nodes: the version of the protocol, the life of the histories that the sender
 * serves, the kind, the node's name, then what the kind has. Numbers have a variable length.
 * Stateless.
 *
 * <pre>
 *   change    = count { json  state  count { user seq }  users }
 *   state     = 0 | 1 key version
 *   users     = count { distance from the user before }
 * </pre>
 */
final class NodeMessageCodec {
  /** A frame of another version is left alone: its nodes are no peers, and find changes by poll. */
  static final int VERSION = 2;

  private static final int ALIVE = 1;
  private static final int ECHO = 2;
  private static final int PRESENCE = 3;
  private static final int ASK = 4;
  private static final int SNAPSHOT = 5;
  private static final int GOODBYE = 6;
  private static final int CHANGE = 7;

  private NodeMessageCodec() {}

  static byte[] encode(String life, NodeMessage message) {
    WireOutput out = new WireOutput();
    out.octet(VERSION);
    out.text(life);
    out.octet(kind(message));
    out.text(message.node());
    switch (message) {
      case NodeMessage.NodeHeartbeat(_, long version, long nonce) -> {
        out.number(version);
        out.number(nonce);
      }
      case NodeMessage.LoopbackEcho(_, long nonce) -> out.number(nonce);
      case NodeMessage.PresenceChange(_, long from, long to, var joined, var left) -> {
        out.number(from);
        out.number(to);
        out.users(joined);
        out.users(left);
      }
      case NodeMessage.PresenceSnapshot(_, long version, var users) -> {
        out.number(version);
        out.users(users);
      }
      case NodeMessage.CommittedDeliveries(_, var deliveries) -> {
        out.number(deliveries.size());
        deliveries.forEach(delivery -> write(delivery, out));
      }
      case NodeMessage.PresenceQuery _, NodeMessage.NodeShutdown _ -> {
        // the name says it all
      }
    }
    return out.toBytes();
  }

  /** Whether the bytes speak another version than this one; not, if there are none. */
  static boolean isForeign(byte[] frame) {
    return frame.length > 0 && frame[0] != VERSION;
  }

  /**
   * Whether the sender serves other histories than those of the given life.
   *
   * @throws MalformedFrameException if the frame does not say so
   */
  static boolean isOfAnotherLife(byte[] frame, String life) throws MalformedFrameException {
    return !lifeOf(new WireInput(frame)).equals(life);
  }

  private static String lifeOf(WireInput in) throws MalformedFrameException {
    WireInput.require(in.octet() == VERSION, "another version of the protocol");
    return in.text();
  }

  static NodeMessage decode(byte[] frame) throws MalformedFrameException {
    WireInput in = new WireInput(frame);
    lifeOf(in);
    int kind = in.octet();
    NodeMessage message = read(kind, in.text(), in);
    in.end();
    return message;
  }

  private static int kind(NodeMessage message) {
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

  private static NodeMessage read(int kind, String node, WireInput in)
      throws MalformedFrameException {
    return switch (kind) {
      case ALIVE -> new NodeMessage.NodeHeartbeat(node, in.number(), in.number());
      case ECHO -> new NodeMessage.LoopbackEcho(node, in.number());
      case PRESENCE ->
          new NodeMessage.PresenceChange(node, in.number(), in.number(), in.users(), in.users());
      case ASK -> new NodeMessage.PresenceQuery(node);
      case SNAPSHOT -> new NodeMessage.PresenceSnapshot(node, in.number(), in.users());
      case GOODBYE -> new NodeMessage.NodeShutdown(node);
      case CHANGE -> new NodeMessage.CommittedDeliveries(node, deliveries(in));
      default -> throw new MalformedFrameException("there is no kind " + kind);
    };
  }

  private static void write(Delivery delivery, WireOutput out) {
    Message message = delivery.message();
    out.block(message.json());
    message.state().ifPresentOrElse(state -> write(state, out), () -> out.octet(0));
    out.number(delivery.sequence().size());
    delivery
        .sequence()
        .forEach(
            (user, sequence) -> {
              out.number(user.value());
              out.number(sequence);
            });
    out.users(delivery.unnumbered());
  }

  private static void write(Message.StateKey state, WireOutput out) {
    out.octet(1);
    out.text(state.key());
    out.number(state.version());
  }

  private static List<Delivery> deliveries(WireInput in) throws MalformedFrameException {
    int count = in.count();
    List<Delivery> deliveries = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      deliveries.add(new Delivery(message(in), sequence(in), in.users()));
    }
    return deliveries;
  }

  private static Message message(WireInput in) throws MalformedFrameException {
    byte[] json = in.block();
    Optional<Message.StateKey> state = state(in);
    try {
      return state.isPresent()
          ? Message.state(state.get().key(), state.get().version(), json)
          : Message.of(json);
    } catch (IllegalArgumentException noObject) {
      throw new MalformedFrameException("a message is no JSON object");
    }
  }

  private static Optional<Message.StateKey> state(WireInput in) throws MalformedFrameException {
    int flag = in.octet();
    WireInput.require(flag <= 1, "a message is neither a state nor none");
    return flag == 0 ? Optional.empty() : Optional.of(new Message.StateKey(in.text(), in.number()));
  }

  private static Map<UserId, Long> sequence(WireInput in) throws MalformedFrameException {
    int count = in.count();
    Map<UserId, Long> sequence = HashMap.newHashMap(count);
    for (int i = 0; i < count; i++) {
      UserId user = in.user();
      long number = in.number();
      WireInput.require(number > 0, "a sequence number is not positive");
      sequence.put(user, number);
    }
    return sequence;
  }
}
