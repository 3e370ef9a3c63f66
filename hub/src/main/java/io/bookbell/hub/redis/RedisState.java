package io.bookbell.hub.redis;

/** Whether a node receives from Redis what it publishes. */
public enum RedisState {
  /** It is too early to know. */
  CONNECTING,
  /** The last probes returned on all channels. */
  CONNECTED,
  /** Probes are missing or a connection is down: messages from other nodes may not arrive. */
  DEGRADED
}
