package io.bookbell.server.oidc;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.jwk.source.JWKSourceBuilder;
import com.nimbusds.jose.proc.BadJOSEException;
import com.nimbusds.jose.proc.JWSVerificationKeySelector;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.oauth2.sdk.AuthorizationCode;
import com.nimbusds.oauth2.sdk.AuthorizationCodeGrant;
import com.nimbusds.oauth2.sdk.ParseException;
import com.nimbusds.oauth2.sdk.ResponseType;
import com.nimbusds.oauth2.sdk.Scope;
import com.nimbusds.oauth2.sdk.TokenRequest;
import com.nimbusds.oauth2.sdk.TokenResponse;
import com.nimbusds.oauth2.sdk.auth.ClientAuthenticationMethod;
import com.nimbusds.oauth2.sdk.auth.ClientSecretBasic;
import com.nimbusds.oauth2.sdk.auth.ClientSecretPost;
import com.nimbusds.oauth2.sdk.auth.Secret;
import com.nimbusds.oauth2.sdk.http.HTTPResponse;
import com.nimbusds.oauth2.sdk.id.ClientID;
import com.nimbusds.oauth2.sdk.id.Issuer;
import com.nimbusds.oauth2.sdk.id.State;
import com.nimbusds.oauth2.sdk.pkce.CodeChallengeMethod;
import com.nimbusds.oauth2.sdk.pkce.CodeVerifier;
import com.nimbusds.openid.connect.sdk.AuthenticationRequest;
import com.nimbusds.openid.connect.sdk.Nonce;
import com.nimbusds.openid.connect.sdk.OIDCTokenResponse;
import com.nimbusds.openid.connect.sdk.OIDCTokenResponseParser;
import com.nimbusds.openid.connect.sdk.UserInfoRequest;
import com.nimbusds.openid.connect.sdk.UserInfoResponse;
import com.nimbusds.openid.connect.sdk.claims.ClaimsSet;
import com.nimbusds.openid.connect.sdk.claims.IDTokenClaimsSet;
import com.nimbusds.openid.connect.sdk.claims.PersonClaims;
import com.nimbusds.openid.connect.sdk.claims.UserInfo;
import com.nimbusds.openid.connect.sdk.op.OIDCProviderConfigurationRequest;
import com.nimbusds.openid.connect.sdk.op.OIDCProviderMetadata;
import com.nimbusds.openid.connect.sdk.validators.IDTokenValidator;
import io.bookbell.server.config.OidcConfig;
import io.bookbell.server.text.EmailAddress;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One provider: its discovered endpoints and keys, and the two calls of the code flow. Blocks its
 * callers while it waits for the provider; thread-safe. Every method may throw a {@link
 * ProviderException}.
 */
final class OidcProvider {
  private static final Duration DISCOVERY_TTL = Duration.ofHours(1);
  private static final int MAX_SUBJECT_LENGTH = 255;

  /** Keys of the provider's own, so that nobody who knows the client's secret can sign. */
  private static final Set<JWSAlgorithm> ALGORITHMS = Set.copyOf(JWSAlgorithm.Family.SIGNATURE);

  private final OidcConfig config;
  private final ProviderHttp http;
  private final InstantSource clock;
  private volatile @Nullable DiscoveredProvider discovered;

  OidcProvider(OidcConfig config, ProviderHttp http, InstantSource clock) {
    this.config = config;
    this.http = http;
    this.clock = clock;
  }

  /** What the provider publishes about itself. */
  private record DiscoveredProvider(
      OIDCProviderMetadata metadata, IDTokenValidator validator, Instant at) {}

  OidcConfig config() {
    return config;
  }

  /** The address of the provider to which the browser is sent. */
  URI authorizationAddress(PendingSignIn pending, URI callback) {
    return new AuthenticationRequest.Builder(
            ResponseType.CODE,
            new Scope(config.scopes().toArray(String[]::new)),
            new ClientID(config.clientId()),
            callback)
        .endpointURI(discover().metadata.getAuthorizationEndpointURI())
        .state(new State(pending.state()))
        .nonce(new Nonce(pending.nonce()))
        .codeChallenge(new CodeVerifier(pending.codeVerifier()), CodeChallengeMethod.S256)
        .build()
        .toURI();
  }

  /** Redeems the code with which the provider has sent the browser back. */
  ProviderClaims redeemCode(PendingSignIn pending, String code, URI callback) {
    DiscoveredProvider provider = discover();
    try {
      OIDCTokenResponse tokens = requestTokens(provider, pending, code, callback);
      IDTokenClaimsSet idToken =
          provider.validator.validate(
              tokens.getOIDCTokens().getIDToken(), new Nonce(pending.nonce()));
      return readClaims(provider, tokens, idToken);
    } catch (IOException e) {
      throw ProviderException.unavailable(describe("can't be reached", e));
    } catch (ParseException e) {
      throw ProviderException.refused(describe("answers in a way that isn't understood", e));
    } catch (BadJOSEException | JOSEException e) {
      throw ProviderException.refused(describe("has issued an ID token that isn't valid", e));
    }
  }

  private OIDCTokenResponse requestTokens(
      DiscoveredProvider provider, PendingSignIn pending, String code, URI callback)
      throws IOException, ParseException {
    var grant =
        new AuthorizationCodeGrant(
            new AuthorizationCode(code), callback, new CodeVerifier(pending.codeVerifier()));
    URI endpoint = provider.metadata.getTokenEndpointURI();
    var clientId = new ClientID(config.clientId());
    TokenRequest.Builder request =
        config
            .clientSecret()
            .map(Secret::new)
            .map(
                secret ->
                    new TokenRequest.Builder(
                        endpoint,
                        expectsSecretInBody(provider.metadata)
                            ? new ClientSecretPost(clientId, secret)
                            : new ClientSecretBasic(clientId, secret),
                        grant))
            .orElseGet(() -> new TokenRequest.Builder(endpoint, clientId, grant));
    HTTPResponse answer = request.build().toHTTPRequest().send(http);
    TokenResponse response = OIDCTokenResponseParser.parse(answer);
    if (!response.indicatesSuccess()) {
      throw ProviderException.refused(
          describe("refuses the code", response.toErrorResponse().getErrorObject()));
    }
    return (OIDCTokenResponse) response.toSuccessResponse();
  }

  private static boolean expectsSecretInBody(OIDCProviderMetadata metadata) {
    List<ClientAuthenticationMethod> methods = metadata.getTokenEndpointAuthMethods();
    return methods != null
        && methods.contains(ClientAuthenticationMethod.CLIENT_SECRET_POST)
        && !methods.contains(ClientAuthenticationMethod.CLIENT_SECRET_BASIC);
  }

  /** Asks for the user info if the ID token doesn't say whose address it is. */
  private ProviderClaims readClaims(
      DiscoveredProvider provider, OIDCTokenResponse tokens, IDTokenClaimsSet idToken)
      throws IOException, ParseException {
    String subject = idToken.getSubject().getValue();
    if (subject.length() > MAX_SUBJECT_LENGTH) {
      throw ProviderException.refused(describe("names people in more than 255 characters", ""));
    }
    ClaimsSet claims = idToken;
    URI userInfo = provider.metadata.getUserInfoEndpointURI();
    if (claims.getBooleanClaim(PersonClaims.EMAIL_VERIFIED_CLAIM_NAME) == null
        && userInfo != null) {
      var request = new UserInfoRequest(userInfo, tokens.getTokens().getBearerAccessToken());
      UserInfoResponse answer = UserInfoResponse.parse(request.toHTTPRequest().send(http));
      if (answer.indicatesSuccess()) {
        claims = requireSame(answer.toSuccessResponse().getUserInfo(), subject);
      }
    }
    return new ProviderClaims(
        config.issuer().toString(), subject, findVerifiedEmail(claims), findName(claims));
  }

  private ClaimsSet requireSame(@Nullable UserInfo userInfo, String subject) {
    if (userInfo == null || !userInfo.getSubject().getValue().equals(subject)) {
      throw ProviderException.refused(describe("has user info of somebody else", ""));
    }
    return userInfo;
  }

  private static Optional<String> findVerifiedEmail(ClaimsSet claims) {
    boolean verified =
        Boolean.TRUE.equals(claims.getBooleanClaim(PersonClaims.EMAIL_VERIFIED_CLAIM_NAME));
    return Optional.ofNullable(claims.getStringClaim(PersonClaims.EMAIL_CLAIM_NAME))
        .filter(_ -> verified)
        .flatMap(EmailAddress::of);
  }

  private static Optional<String> findName(ClaimsSet claims) {
    return Optional.ofNullable(claims.getStringClaim(PersonClaims.NAME_CLAIM_NAME))
        .or(
            () ->
                Optional.ofNullable(
                    claims.getStringClaim(PersonClaims.PREFERRED_USERNAME_CLAIM_NAME)));
  }

  private DiscoveredProvider discover() {
    DiscoveredProvider known = discovered;
    if (known != null && known.at.plus(DISCOVERY_TTL).isAfter(clock.instant())) {
      return known;
    }
    try {
      var issuer = new Issuer(config.issuer());
      HTTPResponse answer = new OIDCProviderConfigurationRequest(issuer).toHTTPRequest().send(http);
      answer.ensureStatusCode(HTTPResponse.SC_OK);
      OIDCProviderMetadata metadata = OIDCProviderMetadata.parse(answer.getBody());
      if (!metadata.getIssuer().equals(issuer)) {
        throw ProviderException.unavailable(
            describe("calls itself by another name", metadata.getIssuer()));
      }
      known = new DiscoveredProvider(metadata, createValidator(metadata), clock.instant());
      discovered = known;
      return known;
    } catch (IOException | ParseException e) {
      throw ProviderException.unavailable(describe("can't be discovered", e));
    }
  }

  private IDTokenValidator createValidator(OIDCProviderMetadata metadata) throws IOException {
    JWKSource<SecurityContext> keys =
        JWKSourceBuilder.create(metadata.getJWKSetURI().toURL(), http)
            .refreshAheadCache(false)
            .retrying(true)
            .build();
    var algorithms = new HashSet<>(ALGORITHMS);
    if (metadata.getIDTokenJWSAlgs() != null) {
      algorithms.retainAll(metadata.getIDTokenJWSAlgs());
    }
    if (algorithms.isEmpty()) {
      throw ProviderException.unavailable(
          describe("signs with no algorithm of public keys", metadata.getIDTokenJWSAlgs()));
    }
    return new IDTokenValidator(
        new Issuer(config.issuer()),
        new ClientID(config.clientId()),
        new JWSVerificationKeySelector<>(algorithms, keys),
        null);
  }

  private String describe(String what, @Nullable Object detail) {
    return "The provider " + config.issuer() + " " + what + ": " + detail;
  }
}
