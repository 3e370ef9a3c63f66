package io.bookbell.hub.internal.delivery;

import io.bookbell.hub.ClientMessageHandler;
import io.bookbell.hub.HubOptions;
import io.bookbell.hub.MessageHistory;
import io.netty.handler.codec.http.websocketx.WebSocketDecoderConfig;
import java.time.InstantSource;
import java.util.function.LongSupplier;

/**
 * What all connections of one manager share. Immutable; any thread may use its parts.
 *
 * @param ticker monotonic nanoseconds from an arbitrary origin, for measuring durations
 * @param clock the time of day
 * @param decoding how client frames are decoded: masked, without extensions, limited in size
 */
record HubContext(
    HubOptions options,
    MessageHistory messageHistory,
    ClientMessageHandler messageHandler,
    ConnectionRegistry registry,
    HubCounters counters,
    LongSupplier ticker,
    InstantSource clock,
    WebSocketDecoderConfig decoding) {
  HubContext(
      HubOptions options,
      MessageHistory messageHistory,
      ClientMessageHandler messageHandler,
      ConnectionRegistry registry,
      LongSupplier ticker,
      InstantSource clock) {
    this(
        options,
        messageHistory,
        messageHandler,
        registry,
        new HubCounters(),
        ticker,
        clock,
        decoderConfig(options));
  }

  private static WebSocketDecoderConfig decoderConfig(HubOptions options) {
    return WebSocketDecoderConfig.newBuilder()
        .maxFramePayloadLength(options.client().maxFrameBytes())
        .closeOnProtocolViolation(false)
        .build();
  }
}
