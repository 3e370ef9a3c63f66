package io.bookbell.server.external;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.sun.net.httpserver.HttpServer;
import io.bookbell.server.config.SiteTokenConfig;
import io.bookbell.server.config.SiteTokenConfig.TokenKey;
import io.bookbell.server.network.EnvironmentProxies;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SiteTokenVerifierTest {
  /** The site's name can't be resolved where only the proxy gets out. */
  @Test
  void keysAreFetchedThroughTheProxy() throws Exception {
    var key = new RSAKeyGenerator(2048).keyID("one").generate();
    byte[] published = new JWKSet(key.toPublicJWK()).toString().getBytes(UTF_8);
    HttpServer proxy =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    proxy.createContext(
        "/jwks.json",
        exchange -> {
          exchange.sendResponseHeaders(200, published.length);
          exchange.getResponseBody().write(published);
          exchange.close();
        });
    proxy.start();
    try {
      var config =
          new SiteTokenConfig(
              new TokenKey.PublishedKeys(URI.create("http://site.invalid/jwks.json")),
              Optional.empty(),
              Optional.empty(),
              "sub",
              Optional.empty());
      var proxies =
          new EnvironmentProxies(Map.of("HTTP_PROXY", "127.0.0.1:" + proxy.getAddress().getPort()));
      var header = new JWSHeader.Builder(JWSAlgorithm.RS256).keyID("one").build();
      String token =
          SiteTokens.sign(header, new RSASSASigner(key), SiteTokens.claims(7, 60).build());

      var verified = new SiteTokenVerifier(config, proxies, InstantSource.system()).verify(token);

      assertThat(verified.value()).isEqualTo("7");
    } finally {
      proxy.stop(0);
    }
  }
}
