package io.bookbell.server.patreon;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import io.bookbell.server.json.Json;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * An event of Patreon about a member. Only whom it concerns is taken from it; what is true now is
 * read from Patreon, because events have neither a time nor an id.
 *
 * @param userId empty if the event doesn't name the person
 */
record PatreonEvent(String memberId, String userId) {
  private static final Pattern ID = Pattern.compile("[A-Za-z0-9_-]{1,90}");
  private static final String ALGORITHM = "HmacMD5";

  /** Whether the body was signed with the secret: HMAC-MD5, as Patreon defines. */
  static boolean isSigned(byte[] body, String secret, String signature) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(new SecretKeySpec(secret.getBytes(UTF_8), ALGORITHM));
      byte[] expected = HexFormat.of().formatHex(mac.doFinal(body)).getBytes(UTF_8);
      return MessageDigest.isEqual(
          expected, signature.strip().toLowerCase(Locale.ROOT).getBytes(UTF_8));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java has " + ALGORITHM, e);
    }
  }

  /** Reads an event; empty if it isn't about a member. */
  static Optional<PatreonEvent> parse(byte[] body) {
    JsonNode data;
    try {
      data = Json.readTree(body).path("data");
    } catch (IOException e) {
      return Optional.empty();
    }
    String member = data.path("id").asText("");
    String user = data.path("relationships").path("user").path("data").path("id").asText("");
    return data.path("type").asText("").equals("member") && ID.matcher(member).matches()
        ? Optional.of(new PatreonEvent(member, ID.matcher(user).matches() ? user : ""))
        : Optional.empty();
  }

  /** The form in which {@link #ofKey} reads it. */
  String toKey() {
    return memberId + ' ' + userId;
  }

  static PatreonEvent ofKey(String key) {
    int end = key.indexOf(' ');
    return new PatreonEvent(key.substring(0, end), key.substring(end + 1));
  }
}
