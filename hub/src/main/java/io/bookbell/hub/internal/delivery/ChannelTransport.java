package io.bookbell.hub.internal.delivery;

import io.bookbell.hub.Message;
import io.bookbell.hub.Position;
import io.bookbell.hub.internal.wire.FrameWriter;
import io.bookbell.hub.internal.wire.MessageEncoder;
import io.bookbell.hub.internal.wire.PipelineTakeover;
import io.bookbell.hub.internal.wire.Sequence;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;

/** A transport that has taken over a channel, and writes to it until the end. */
abstract sealed class ChannelTransport implements Transport
    permits WebSocketTransport, EventStreamTransport {
  private final Channel channel;
  private final FrameWriter writer;

  ChannelTransport(Channel channel, EventLoopWorker eventLoopWorker, MessageEncoder encoder) {
    this.channel = channel;
    this.writer = new FrameWriter(channel, eventLoopWorker.socketWriter(), encoder);
  }

  Channel channel() {
    return channel;
  }

  FrameWriter writer() {
    return writer;
  }

  /** Replaces the channel's handlers. */
  final void takeOver(ChannelHandler... handlers) {
    PipelineTakeover.takeOver(channel, handlers);
    writer.takeOver();
  }

  @Override
  public final EventLoop eventLoop() {
    return channel.eventLoop();
  }

  @Override
  public final boolean isActive() {
    return channel.isActive();
  }

  @Override
  public void startFromSnapshot(Position position, Message first) {
    writer.enqueueText(first, Sequence.NONE);
  }

  @Override
  public void startFromPosition(Position position, Message first) {
    writer.enqueueText(first, Sequence.NONE);
  }

  @Override
  public final void enqueue(Message message, long sequence) {
    writer.enqueueText(message, sequence);
  }

  @Override
  public final void flush() {
    writer.flush();
  }

  @Override
  public final void stage(boolean live) {
    writer.stage();
  }

  @Override
  public final void onSharedBufferSent(boolean live) {}

  @Override
  public final boolean isDrained() {
    return writer.isDrained();
  }

  @Override
  public final int waitingCount() {
    return writer.waitingCount();
  }

  @Override
  public final long pendingBytes() {
    return writer.pendingBytes();
  }

  @Override
  public final long progressCount() {
    return writer.progressCount();
  }

  /** Closes with a TCP reset. */
  @Override
  public final void forceClose() {
    if (channel.isOpen()) {
      channel.config().setOption(ChannelOption.SO_LINGER, 0);
      channel.close();
    }
  }

  @Override
  public final Future<?> closeFuture() {
    return channel.closeFuture();
  }

  @Override
  public final void release() {
    writer.release();
  }
}
