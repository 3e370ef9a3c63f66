package io.bookbell.server;

import io.bookbell.server.config.ServerConfig;
import java.net.InetAddress;
import java.net.UnknownHostException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Warns of what whoever reaches the server can make it believe about its address. Stateless. */
final class HostHeaderWarning {
  private static final Logger log = LoggerFactory.getLogger(HostHeaderWarning.class);

  private HostHeaderWarning() {}

  /**
   * Without a public URL links lead where the {@code Host} header says, and anybody can send one.
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
      return false; // nobody can listen there, which is told when it is tried
    }
  }
}
