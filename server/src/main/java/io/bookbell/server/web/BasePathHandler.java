package io.bookbell.server.web;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.HttpRequest;

/**
 * Takes the path of the public URL off every request, behind the decoder and before everything that
 * looks at paths. A request without it passes as it is: the proxy may have taken it off already. On
 * the channel's event loop only.
 */
final class BasePathHandler extends ChannelInboundHandlerAdapter {
  private final String basePath;

  private BasePathHandler(String basePath) {
    this.basePath = basePath;
  }

  /**
   * Puts a handler into a pipeline that ends with the handler of HTTP requests.
   *
   * @param basePath such as {@code /books}; with an empty one there is nothing to do
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

  /** The address below the base path; the whole address if it is not below. */
  static String stripBasePath(String basePath, String address) {
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
