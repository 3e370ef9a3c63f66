package io.bookbell.hub;

import io.netty.handler.codec.http.websocketx.WebSocketDecoderConfig;
import java.time.InstantSource;
import java.util.function.LongSupplier;

/**
 * What all connections of a manager have in common. Immutable; its parts may be used by any thread.
 *
 * @param ticker nanoseconds from an arbitrary origin, never going back, for the times between
 * @param clock the time of day
 * @param decoding how frames of clients are read: masked, without extensions, of limited size
 */
record Hub(
    HubOptions options,
    MessageHistory feed,
    ClientMessageHandler frames,
    ConnectionRegistry registry,
    HubCounters counters,
    LongSupplier ticker,
    InstantSource clock,
    WebSocketDecoderConfig decoding) {
  Hub(
      HubOptions options,
      MessageHistory feed,
      ClientMessageHandler frames,
      ConnectionRegistry registry,
      LongSupplier ticker,
      InstantSource clock) {
    this(options, feed, frames, registry, new HubCounters(), ticker, clock, decoderConfig(options));
  }

  private static WebSocketDecoderConfig decoderConfig(HubOptions options) {
    return WebSocketDecoderConfig.newBuilder()
        .maxFramePayloadLength(options.client().maxFrameBytes())
        .closeOnProtocolViolation(false)
        .build();
  }
}
