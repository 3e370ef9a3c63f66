package io.bookbell.hub.redis;

/** Whether a node hears through Redis what it says. */
public enum RedisState {
  /** It has not tried for long enough to know. */
  CONNECTING,
  /** Its last probes came back on both channels. */
  CONNECTED,
  /** They did not, or a connection is missing: what others publish may not arrive. */
  DEGRADED
}
