package io.bookbell.hub;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.DuplexChannel;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A connection and its state. The methods of {@link Connection} may be called by any thread and hop
 * to the event loop; everything else runs on the event loop, which alone changes the state. {@link
 * #position} and {@link #acknowledged} are volatile for readers elsewhere.
 *
 * <p>CATCHING_UP is when {@link #catchUp} is there, LIVE is when it is not; see the package.
 */
final class SocketConnection implements Connection {
  private static final Logger log = LoggerFactory.getLogger(SocketConnection.class);
  private static final ChannelFutureListener HALF_CLOSE =
      future -> {
        if (future.channel() instanceof DuplexChannel duplex) {
          duplex.shutdownOutput();
        }
      };

  private final Lane lane;
  private final Channel channel;
  private final FrameWriter writer;
  private final long id;
  private final UserId user;
  private final Map<String, String> metadata;
  private final long connectedAtMillis;

  private volatile long position;
  private volatile long acknowledged;
  private @Nullable CatchUp catchUp;
  private Phase phase = Phase.OPEN;
  private boolean touched;
  private int place = Lane.NO_PLACE;
  private long heardAt;

  /** When the last ping left; while closing, when the goodbye began. */
  private long pingedAt;

  private enum Phase {
    OPEN,
    CLOSING,
    GONE
  }

  SocketConnection(Lane lane, Channel channel, long id, UserId user, Map<String, String> metadata) {
    this.lane = lane;
    this.channel = channel;
    this.writer = new FrameWriter(channel);
    this.id = id;
    this.user = user;
    this.metadata = Map.copyOf(metadata);
    this.connectedAtMillis = hub().clock().millis();
    this.heardAt = hub().ticker().getAsLong();
    this.pingedAt = heardAt;
    this.catchUp = new CatchUp(this);
  }

  // ---- Connection: any thread

  @Override
  public long id() {
    return id;
  }

  @Override
  public UserId user() {
    return user;
  }

  @Override
  public Map<String, String> metadata() {
    return metadata;
  }

  @Override
  public Instant connectedAt() {
    return Instant.ofEpochMilli(connectedAtMillis);
  }

  @Override
  public long position() {
    return position;
  }

  @Override
  public long acknowledged() {
    return acknowledged;
  }

  @Override
  public void send(Message message) {
    onLoop(() -> deliver(message, Sequence.NONE));
  }

  @Override
  public void reply(LongFunction<Message> reply) {
    onLoop(() -> answer(reply));
  }

  @Override
  public void replyText(String bare) {
    Message text = Message.bare(bare);
    reply(_ -> text);
  }

  @Override
  public void acknowledged(long seq) {
    onLoop(() -> acknowledged = Math.max(acknowledged, Math.min(seq, position)));
  }

  @Override
  public void close(CloseReason reason) {
    onLoop(() -> sayGoodbye(reason, null));
  }

  // ---- event loop: begin and end

  /** Takes the channel over and opens the user's history. */
  void begin(Optional<Position> since) {
    takeOver();
    if (catchUp != null) {
      catchUp.open(since);
    }
  }

  /** Takes the channel over only to say why there is no place for it. */
  void turnAway(CloseReason reason) {
    takeOver();
    sayGoodbye(reason, null);
  }

  private void takeOver() {
    lane.join(this);
    hub().counters().opened.increment();
    try {
      Takeover.install(channel, hub().decoding(), new FrameReader(this));
    } catch (RuntimeException failure) {
      log.error("The channel of user {} cannot be taken over", user, failure);
      cutOff();
    }
    if (!channel.isActive()) {
      gone();
    }
  }

  /** The channel is closed. */
  void gone() {
    if (phase != Phase.GONE) {
      phase = Phase.GONE;
      catchUp = null;
      lane.leave(this);
      hub().registry().remove(this);
      hub().counters().closed.increment();
      writer.release();
    }
  }

  /** The client sent what it must not; afterwards its bytes make no sense any more. */
  void refuse(CloseReason reason) {
    hub().counters().protocolErrors.increment();
    sayGoodbye(reason, HALF_CLOSE);
  }

  /** The client closes, or answers our close: ours goes out, and the channel closes behind it. */
  void peerCloses(Consumer<ByteBuf> answer) {
    boolean first = phase == Phase.OPEN;
    beginGoodbye();
    writer.last(first ? answer : _ -> {}, ChannelFutureListener.CLOSE);
    touch();
  }

  /** Closes at once, without waiting for anything to leave. */
  void cutOff() {
    if (channel.isOpen()) {
      channel.config().setOption(ChannelOption.SO_LINGER, 0);
      channel.close();
    }
  }

  private void sayGoodbye(CloseReason reason, @Nullable ChannelFutureListener afterwards) {
    if (phase != Phase.OPEN) {
      return;
    }
    beginGoodbye();
    CloseReason told = withDelay(reason);
    writer.last(out -> Frames.close(told, out), afterwards);
    touch();
  }

  private void beginGoodbye() {
    if (phase == Phase.OPEN) {
      phase = Phase.CLOSING;
      catchUp = null;
      pingedAt = hub().ticker().getAsLong();
    }
  }

  private CloseReason withDelay(CloseReason reason) {
    if (reason.code() != CloseReason.GOING_AWAY.code() || !reason.text().isEmpty()) {
      return reason;
    }
    long most = hub().options().reconnectSpread().toMillis();
    long delay = ThreadLocalRandom.current().nextLong(most + 1);
    return new CloseReason(reason.code(), Long.toString(delay));
  }

  // ---- event loop: messages

  /** A message for this connection, {@link Sequence#NONE} or numbered. */
  void deliver(Message message, long sequence) {
    if (phase != Phase.OPEN) {
      return;
    }
    if (catchUp != null) {
      catchUp.meanwhile(message, sequence);
    } else if (sequence == Sequence.NONE) {
      queue(message, sequence);
    } else if (sequence == position + 1) {
      position = sequence;
      queue(message, sequence);
    } else if (sequence > position) {
      hub().counters().gaps.increment();
      catchUp = new CatchUp(this);
      catchUp.fill(sequence);
    } else {
      hub().counters().repeated.increment();
    }
  }

  private void queue(Message message, long sequence) {
    hub().counters().delivered.increment();
    writer.text(message, sequence);
    touch();
    if (isOverfull()) {
      writer.flush();
      if (isOverfull()) {
        tooSlow();
      }
    }
  }

  private boolean isOverfull() {
    HubOptions.Queue most = hub().options().queue();
    return writer.waiting() > most.maxMessages()
        || (writer.waiting() > 0 && writer.pendingBytes() > most.maxBytes());
  }

  private void answer(LongFunction<Message> reply) {
    if (phase != Phase.OPEN) {
      return;
    }
    if (catchUp != null) {
      catchUp.defer(reply);
    } else {
      queue(reply.apply(position), Sequence.NONE);
    }
  }

  void tooSlow() {
    hub().counters().slowCloses.increment();
    sayGoodbye(CloseReason.TOO_SLOW, null);
  }

  void pong(ByteBuf payload) {
    if (phase == Phase.OPEN) {
      writer.control(out -> Frames.pong(payload, out));
      touch();
    }
  }

  // ---- event loop: what the lane and the catching up need

  /** Asks the lane to flush this connection at the end of the turn. */
  void touch() {
    if (!touched) {
      touched = true;
      lane.touched(this);
    }
  }

  void flush() {
    touched = false;
    if (phase != Phase.GONE) {
      writer.flush();
      if (catchUp != null) {
        catchUp.advance();
      }
    }
  }

  void heard() {
    heardAt = hub().ticker().getAsLong();
  }

  /** Pings, and lets go of the dead and the stalled. */
  void sweep(long now) {
    HubOptions.KeepAlive keepAlive = hub().options().keepAlive();
    if (phase == Phase.CLOSING) {
      if (now - pingedAt >= keepAlive.goodbye().toNanos()) {
        cutOff();
      }
      return;
    }
    if (catchUp != null && catchUp.sweep(now)) {
      heardAt = now; // bytes that the other side acknowledged are a sign of life
    }
    if (now - heardAt >= keepAlive.silence().toNanos()) {
      hub().counters().silentDrops.increment();
      cutOff();
    } else if (now - pingedAt >= keepAlive.ping().toNanos() && phase == Phase.OPEN) {
      pingedAt = now;
      writer.control(Frames::ping);
      touch();
    }
  }

  boolean isCatchingUp(CatchUp which) {
    return catchUp == which;
  }

  void isLive() {
    catchUp = null;
  }

  void advanceTo(long seq) {
    position = seq;
  }

  boolean isOpen() {
    return phase == Phase.OPEN;
  }

  int place() {
    return place;
  }

  void place(int place) {
    this.place = place;
  }

  FrameWriter writer() {
    return writer;
  }

  Hub hub() {
    return lane.hub();
  }

  Lane lane() {
    return lane;
  }

  Channel channel() {
    return channel;
  }

  /** Runs it now on the event loop, else later; never when the loop has ended. */
  void onLoop(Runnable work) {
    if (lane.loop().inEventLoop()) {
      work.run();
      return;
    }
    try {
      lane.loop().execute(work);
    } catch (RejectedExecutionException ended) {
      log.debug("The event loop of connection {} has ended", id);
    }
  }
}
