package io.bookbell.server.support;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;
import com.nimbusds.oauth2.sdk.AuthorizationCodeGrant;
import com.nimbusds.oauth2.sdk.ParseException;
import com.nimbusds.oauth2.sdk.TokenRequest;
import com.nimbusds.oauth2.sdk.auth.PlainClientSecret;
import com.nimbusds.oauth2.sdk.http.HTTPRequest;
import com.nimbusds.oauth2.sdk.pkce.CodeChallenge;
import com.nimbusds.oauth2.sdk.pkce.CodeChallengeMethod;
import com.nimbusds.openid.connect.sdk.AuthenticationRequest;
import com.nimbusds.openid.connect.sdk.Nonce;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.bookbell.server.config.OidcConfig;
import io.bookbell.server.json.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Instant;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/**
 * An OpenID Connect provider, on Nimbus' SDK: discovery, keys, the code flow with PKCE, user info.
 * Everybody who comes is whoever the test says. Thread-safe.
 */
@SuppressWarnings("JavaUtilDate") // Nimbus' claims have it
public final class StandInProvider implements AutoCloseable {
  private static final String CLIENT = "bookbell";
  private static final String SECRET = "a secret of at least thirty-two bytes";

  private final HttpServer server;
  private final ECKey key;
  private final Map<String, IssuedCode> codes = new ConcurrentHashMap<>();
  private volatile Person person = new Person("nobody", "nobody@id.test", true, "Nobody");
  private volatile Mood mood = Mood.WELL;

  public enum Mood {
    WELL,
    DENIES,
    UNSIGNED,
    SIGNED_WITH_THE_SECRET,
    SIGNED_BY_ANOTHER_KEY,
    FOR_ANOTHER_CLIENT,
    ANOTHER_NONCE,
    EXPIRED
  }

  /** Somebody with an account at the provider. */
  public record Person(String subject, String email, boolean verified, String name) {}

  private record IssuedCode(Person person, AuthenticationRequest request) {}

  public StandInProvider() {
    try {
      key = new ECKeyGenerator(Curve.P_256).keyID("one").generate();
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (JOSEException e) {
      throw new IllegalStateException(e);
    }
    server.createContext("/.well-known/openid-configuration", this::discovery);
    server.createContext("/keys", exchange -> json(exchange, 200, new JWKSet(key).toString()));
    server.createContext("/authorize", this::authorize);
    server.createContext("/token", this::token);
    server.createContext("/userinfo", this::userInfo);
    server.start();
  }

  public String issuer() {
    return "http://localhost:" + server.getAddress().getPort();
  }

  /** The settings of a server whose people sign in here. */
  public OidcConfig config(String id, Optional<OidcConfig.AutoJoin> autoJoin) {
    return new OidcConfig(
        id,
        URI.create(issuer()),
        CLIENT,
        Optional.of(SECRET),
        List.of("openid", "email", "profile"),
        "Stand-in " + id,
        autoJoin);
  }

  public void signInAs(Person other) {
    person = other;
  }

  public void is(Mood other) {
    mood = other;
  }

  private void discovery(HttpExchange exchange) throws IOException {
    var metadata = new HashMap<String, Object>();
    metadata.put("issuer", issuer());
    metadata.put("authorization_endpoint", issuer() + "/authorize");
    metadata.put("token_endpoint", issuer() + "/token");
    metadata.put("userinfo_endpoint", issuer() + "/userinfo");
    metadata.put("jwks_uri", issuer() + "/keys");
    metadata.put("response_types_supported", List.of("code"));
    metadata.put("subject_types_supported", List.of("public"));
    metadata.put("id_token_signing_alg_values_supported", List.of("ES256", "HS256"));
    json(exchange, 200, Json.writeAsString(metadata));
  }

  private void authorize(HttpExchange exchange) throws IOException {
    AuthenticationRequest request;
    try {
      request = AuthenticationRequest.parse(exchange.getRequestURI());
    } catch (ParseException e) {
      json(exchange, 400, "{}");
      return;
    }
    String back = request.getRedirectionURI() + "?state=" + request.getState().getValue();
    if (mood == Mood.DENIES) {
      redirect(exchange, back + "&error=access_denied");
      return;
    }
    String code = UUID.randomUUID().toString();
    codes.put(code, new IssuedCode(person, request));
    redirect(exchange, back + "&code=" + code + "&iss=" + issuer());
  }

  /** A code is good once, for the client that asked, with the verifier of the challenge. */
  private void token(HttpExchange exchange) throws IOException {
    try {
      var http = new HTTPRequest(HTTPRequest.Method.POST, URI.create(issuer() + "/token"));
      exchange
          .getRequestHeaders()
          .forEach((name, values) -> http.setHeader(name, values.toArray(String[]::new)));
      http.setBody(new String(exchange.getRequestBody().readAllBytes(), UTF_8));
      TokenRequest request = TokenRequest.parse(http);
      var grant = (AuthorizationCodeGrant) request.getAuthorizationGrant();
      var authentication = (PlainClientSecret) request.getClientAuthentication();
      IssuedCode issued = codes.remove(grant.getAuthorizationCode().getValue());
      boolean valid =
          issued != null
              && authentication.getClientID().getValue().equals(CLIENT)
              && authentication.getClientSecret().getValue().equals(SECRET)
              && issued.request.getRedirectionURI().equals(grant.getRedirectionURI())
              && issued.request.getCodeChallengeMethod().equals(CodeChallengeMethod.S256)
              && CodeChallenge.compute(CodeChallengeMethod.S256, grant.getCodeVerifier())
                  .equals(issued.request.getCodeChallenge());
      if (!valid) {
        json(exchange, 400, "{\"error\":\"invalid_grant\"}");
        return;
      }
      var tokens = new HashMap<String, Object>();
      tokens.put("access_token", issued.person.subject);
      tokens.put("token_type", "Bearer");
      tokens.put("id_token", idToken(issued));
      json(exchange, 200, Json.writeAsString(tokens));
    } catch (ParseException | JOSEException e) {
      json(exchange, 400, "{\"error\":\"invalid_request\"}");
    }
  }

  private String idToken(IssuedCode issued) throws JOSEException {
    Nonce nonce = mood == Mood.ANOTHER_NONCE ? new Nonce() : issued.request.getNonce();
    Instant end = Instant.now().plusSeconds(mood == Mood.EXPIRED ? -3600 : 300);
    var claims =
        new JWTClaimsSet.Builder()
            .issuer(issuer())
            .subject(issued.person.subject)
            .audience(mood == Mood.FOR_ANOTHER_CLIENT ? "another" : CLIENT)
            .issueTime(new Date())
            .expirationTime(Date.from(end))
            .claim("nonce", nonce.getValue())
            .build();
    if (mood == Mood.UNSIGNED) {
      return new PlainJWT(claims).serialize();
    }
    if (mood == Mood.SIGNED_WITH_THE_SECRET) {
      var forged = new SignedJWT(new JWSHeader(JWSAlgorithm.HS256), claims);
      forged.sign(new MACSigner(SECRET));
      return forged.serialize();
    }
    ECKey signing =
        mood == Mood.SIGNED_BY_ANOTHER_KEY
            ? new ECKeyGenerator(Curve.P_256).keyID("one").generate()
            : key;
    var token =
        new SignedJWT(new JWSHeader.Builder(JWSAlgorithm.ES256).keyID("one").build(), claims);
    token.sign(new ECDSASigner(signing));
    return token.serialize();
  }

  private void userInfo(HttpExchange exchange) throws IOException {
    var claims = new HashMap<String, Object>();
    claims.put("sub", person.subject);
    claims.put("email", person.email);
    claims.put("email_verified", person.verified);
    claims.put("name", person.name);
    json(exchange, 200, Json.writeAsString(claims));
  }

  private static void redirect(HttpExchange exchange, String address) throws IOException {
    exchange.getResponseHeaders().add("Location", address);
    exchange.sendResponseHeaders(302, -1);
    exchange.close();
  }

  private static void json(HttpExchange exchange, int status, String body) throws IOException {
    exchange.getResponseHeaders().add("Content-Type", "application/json");
    byte[] content = body.getBytes(UTF_8);
    exchange.sendResponseHeaders(status, content.length);
    try (var out = exchange.getResponseBody()) {
      out.write(content);
    }
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
