package io.bookbell.server.http;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.HttpRequest;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Strips the path of the public URL from every request, between the HTTP decoder and the handlers
 * that look at paths. A request without it passes unchanged, because the proxy may have stripped it
 * already. Used on the channel's event loop only.
 */
final class BasePathHandler extends ChannelInboundHandlerAdapter {
  /** What the absolute form of a request target starts with, RFC 9112 section 3.2.2. */
  private static final Pattern ORIGIN =
      Pattern.compile("https?://[^/?#]*", Pattern.CASE_INSENSITIVE);

  private final String basePath;

  private BasePathHandler(String basePath) {
    this.basePath = basePath;
  }

  /**
   * Adds a handler to a pipeline that ends with the HTTP request handler.
   *
   * @param basePath for example {@code /books}; nothing is added if it is empty
   */
  static void install(Channel channel, String basePath) {
    if (!basePath.isEmpty()) {
      ChannelPipeline pipeline = channel.pipeline();
      pipeline.addBefore(pipeline.lastContext().name(), null, new BasePathHandler(basePath));
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    if (message instanceof HttpRequest request) {
      request.setUri(stripBasePath(basePath, request.uri()));
    }
    context.fireChannelRead(message);
  }

  /**
   * Removes the base path from an address, or returns an address outside of it unchanged. It may be
   * a whole URL, as clients send it to proxies.
   */
  static String stripBasePath(String basePath, String address) {
    Matcher origin = ORIGIN.matcher(address);
    return origin.lookingAt()
        ? origin.group() + stripFromPath(basePath, address.substring(origin.end()))
        : stripFromPath(basePath, address);
  }

  private static String stripFromPath(String basePath, String address) {
    if (!address.startsWith(basePath)) {
      return address;
    }
    String rest = address.substring(basePath.length());
    if (rest.isEmpty() || rest.startsWith("?")) {
      return "/" + rest;
    }
    return rest.startsWith("/") ? rest : address;
  }
}
