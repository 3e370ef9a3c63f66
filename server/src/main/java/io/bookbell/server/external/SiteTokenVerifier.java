package io.bookbell.server.external;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.KeySourceException;
import com.nimbusds.jose.jwk.source.ImmutableSecret;
import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.jwk.source.JWKSourceBuilder;
import com.nimbusds.jose.jwk.source.RateLimitReachedException;
import com.nimbusds.jose.proc.BadJOSEException;
import com.nimbusds.jose.proc.DefaultJOSEObjectTypeVerifier;
import com.nimbusds.jose.proc.JWSVerificationKeySelector;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jose.util.DefaultResourceRetriever;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.proc.DefaultJWTClaimsVerifier;
import com.nimbusds.jwt.proc.DefaultJWTProcessor;
import com.nimbusds.jwt.proc.JWTProcessor;
import io.bookbell.server.config.SiteTokenConfig;
import io.bookbell.server.config.SiteTokenConfig.TokenKey;
import io.bookbell.server.http.Problem;
import java.net.MalformedURLException;
import java.net.ProxySelector;
import java.net.URI;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Date;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Verifies the tokens (JWT) of the site that people come from. Thread-safe. It may fetch the site's
 * keys, so it must not be called on an event loop.
 *
 * <p>Each kind of key accepts its own algorithms: a shared secret only HS256, published keys only
 * those with a private and a public key. So nobody can sign with a public key as if it were a
 * secret. Tokens without a signature are refused by the library.
 */
final class SiteTokenVerifier {
  private static final Logger log = LoggerFactory.getLogger(SiteTokenVerifier.class);
  private static final int TIMEOUT_MILLIS = 2000;
  private static final int MAX_KEYS_BYTES = 256 << 10;
  private static final int SKEW_SECONDS = 30;
  private static final String ADDRESS = "email";

  private static final Set<JWSAlgorithm> WITH_PUBLIC_KEY =
      Set.of(
          JWSAlgorithm.RS256,
          JWSAlgorithm.RS384,
          JWSAlgorithm.RS512,
          JWSAlgorithm.PS256,
          JWSAlgorithm.PS384,
          JWSAlgorithm.PS512,
          JWSAlgorithm.ES256,
          JWSAlgorithm.ES384,
          JWSAlgorithm.ES512);

  private final JWTProcessor<SecurityContext> processor;
  private final String claim;
  private final InstantSource clock;

  /**
   * Creates the verifier.
   *
   * @param proxies selects the proxy through which keys are fetched
   */
  SiteTokenVerifier(SiteTokenConfig config, ProxySelector proxies, InstantSource clock) {
    this.claim = config.claim();
    this.clock = clock;
    this.processor = createProcessor(config, proxies, clock);
  }

  /**
   * What a token says about its user.
   *
   * @param value a user's id, or an e-mail address
   */
  record VerifiedToken(String value, boolean isAddress, Duration timeLeft) {}

  private static JWTProcessor<SecurityContext> createProcessor(
      SiteTokenConfig config, ProxySelector proxies, InstantSource clock) {
    var processor = new DefaultJWTProcessor<SecurityContext>();
    processor.setJWSTypeVerifier(
        new DefaultJOSEObjectTypeVerifier<>(
            JOSEObjectType.JWT, new JOSEObjectType("at+jwt"), null));
    processor.setJWSKeySelector(
        switch (config.key()) {
          case TokenKey.SharedSecret(String secret) ->
              new JWSVerificationKeySelector<>(
                  JWSAlgorithm.HS256, new ImmutableSecret<>(secret.getBytes(UTF_8)));
          case TokenKey.PublishedKeys(URI address) ->
              new JWSVerificationKeySelector<>(WITH_PUBLIC_KEY, createSource(address, proxies));
        });
    var expected = new JWTClaimsSet.Builder();
    config.issuer().ifPresent(expected::issuer);
    processor.setJWTClaimsSetVerifier(new ClaimsVerifier(config, expected.build(), clock));
    return processor;
  }

  /**
   * Keeps the keys for some minutes, and those that can't be fetched again for some hours. An
   * unknown key id causes a new fetch twice in half a minute at most.
   */
  private static JWKSource<SecurityContext> createSource(URI address, ProxySelector proxies) {
    var retriever = new DefaultResourceRetriever(TIMEOUT_MILLIS, TIMEOUT_MILLIS, MAX_KEYS_BYTES);
    retriever.setProxy(proxies.select(address).getFirst());
    try {
      return JWKSourceBuilder.create(address.toURL(), retriever)
          .refreshAheadCache(false)
          .retrying(true)
          .outageTolerant(Duration.ofHours(4).toMillis())
          .build();
    } catch (MalformedURLException e) {
      throw new IllegalArgumentException("not an address: " + address, e);
    }
  }

  /**
   * Verifies a token, and blocks while keys are fetched.
   *
   * @throws Problem 401 if it isn't valid, 503 if the keys can't be fetched
   */
  VerifiedToken verify(String token) {
    try {
      return toVerified(processor.process(token, null));
    } catch (RateLimitReachedException e) { // tokens of strangers name keys that nobody has
      throw busyProblem();
    } catch (KeySourceException e) {
      log.warn("The keys of BOOKBELL_JWT_JWKS_URL cannot be fetched: {}", e.getMessage());
      throw busyProblem();
    } catch (BadJOSEException | JOSEException | ParseException e) {
      throw invalidToken(e.getMessage());
    }
  }

  private static Problem busyProblem() {
    return Problem.serverBusy("The keys that check this token cannot be fetched now.");
  }

  private VerifiedToken toVerified(JWTClaimsSet claims) throws ParseException {
    Instant expiresAt = claims.getExpirationTime().toInstant();
    Duration timeLeft = Duration.between(clock.instant(), expiresAt);
    if (!timeLeft.isPositive()) {
      throw invalidToken("Expired JWT");
    }
    boolean isAddress = claim.equals(ADDRESS);
    if (isAddress && !isVerified(claims)) {
      throw invalidToken("the address is not verified");
    }
    return new VerifiedToken(readClaim(claims), isAddress, timeLeft);
  }

  /** Whether the site doesn't say anything else; some say it in a text. */
  private static boolean isVerified(JWTClaimsSet claims) {
    @Nullable Object verified = claims.getClaim("email_verified");
    return verified == null || "true".equals(verified.toString());
  }

  /** Numbers are as good as texts. */
  private String readClaim(JWTClaimsSet claims) {
    @Nullable Object value = claims.getClaim(claim);
    return Optional.ofNullable(value)
        .filter(found -> found instanceof String || found instanceof Long)
        .map(Object::toString)
        .orElseThrow(() -> invalidToken("its claim “" + claim + "” is no text"));
  }

  private static Problem invalidToken(@Nullable String why) {
    return Problem.unauthorized("The token is not valid: " + why);
  }

  /** Checks the claims at the server's own time. */
  private static final class ClaimsVerifier extends DefaultJWTClaimsVerifier<SecurityContext> {
    private final InstantSource clock;

    ClaimsVerifier(SiteTokenConfig config, JWTClaimsSet expected, InstantSource clock) {
      super(config.audience().orElse(null), expected, Set.of("exp", config.claim()));
      this.clock = clock;
      setMaxClockSkew(SKEW_SECONDS);
    }

    @Override
    protected Date currentTime() {
      return Date.from(clock.instant());
    }
  }
}
