package io.bookbell.server.external;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.time.Instant;
import java.util.Date;
import java.util.function.UnaryOperator;

/** Makes tokens as the site does that people come from. Immutable. */
public record SiteTokens(String secret) {
  public static final String ISSUER = "https://site.example";
  public static final String AUDIENCE = "books";

  /** A token that is valid for a number of seconds. */
  public String of(long user, long seconds) {
    return of(user, seconds, claims -> claims);
  }

  public String of(long user, long seconds, UnaryOperator<JWTClaimsSet.Builder> change) {
    try {
      return sign(
          new JWSHeader(JWSAlgorithm.HS256),
          new MACSigner(secret),
          change.apply(claims(user, seconds)).build());
    } catch (JOSEException e) {
      throw new IllegalStateException(e);
    }
  }

  static JWTClaimsSet.Builder claims(long user, long seconds) {
    return new JWTClaimsSet.Builder()
        .subject(Long.toString(user))
        .issuer(ISSUER)
        .audience(AUDIENCE)
        .expirationTime(Date.from(Instant.now().plusSeconds(seconds)));
  }

  static String sign(JWSHeader header, JWSSigner signer, JWTClaimsSet claims) {
    try {
      var token = new SignedJWT(header, claims);
      token.sign(signer);
      return token.serialize();
    } catch (JOSEException e) {
      throw new IllegalStateException(e);
    }
  }
}
