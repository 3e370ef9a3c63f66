/** Delivers messages to connected users over WebSockets, event streams and long polls. */
@SuppressWarnings("requires-automatic") // Lettuce has no module descriptor
module io.bookbell.hub {
  requires transitive io.netty.buffer;
  requires transitive io.netty.transport;
  requires io.netty.codec;
  requires io.netty.codec.http;
  requires io.netty.common;
  requires io.netty.handler;
  requires io.netty.resolver.dns; // used by Lettuce, which can't say so
  requires io.netty.transport.unix.common;
  requires lettuce.core;
  requires static org.jspecify;
  requires org.slf4j;

  exports io.bookbell.hub;
  exports io.bookbell.hub.redis;

  uses io.bookbell.hub.BatchSenderProvider;
}
