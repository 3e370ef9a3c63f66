package io.bookbell.server;

import io.bookbell.server.config.ServerConfig;
import java.net.InetAddress;
import java.net.UnknownHostException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Warns about a configuration in which clients control the server's idea of its own URL. Stateless.
 */
final class HostHeaderWarning {
  private static final Logger log = LoggerFactory.getLogger(HostHeaderWarning.class);

  private HostHeaderWarning() {}

  /**
   * Logs a warning if there is no public URL: links then follow the {@code Host} header, which any
   * client can forge.
   */
  static void warnWithoutPublicUrl(ServerConfig serverConfig) {
    String host = serverConfig.listen().host();
    if (serverConfig.reach().publicUrl().isEmpty() && !isLoopback(host)) {
      log.warn(
          "Listening on {} without BOOKBELL_PUBLIC_URL: the Host header of each request decides"
              + " where links lead. Set BOOKBELL_PUBLIC_URL to the address that people use, such"
              + " as https://books.example",
          host);
    }
  }

  private static boolean isLoopback(String host) {
    try {
      return InetAddress.getByName(host).isLoopbackAddress();
    } catch (UnknownHostException e) {
      return false; // listening on it will fail and report the error
    }
  }
}
