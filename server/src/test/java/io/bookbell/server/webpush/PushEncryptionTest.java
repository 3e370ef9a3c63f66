package io.bookbell.server.webpush;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.security.KeyPair;
import java.security.Signature;
import java.time.Instant;
import java.util.Base64;
import org.junit.jupiter.api.Test;

class PushEncryptionTest {
  private static final String BROWSER_KEY =
      "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4";
  private static final String SENDER_PUBLIC =
      "BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8";

  /** The example in section 5 of RFC 8291. */
  @Test
  void theExampleOfTheStandardIsEncryptedAsThere() {
    KeyPair sender =
        new KeyPair(
            P256Keys.decodePublic(decode(SENDER_PUBLIC)).orElseThrow(),
            P256Keys.decodePrivate(decode("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw")));

    byte[] body =
        PushEncryption.encrypt(
            "When I grow up, I want to be a watermelon".getBytes(UTF_8),
            P256Keys.decodePublic(decode(BROWSER_KEY)).orElseThrow(),
            decode("BTBZMqHH6r4Tts7J_aSIgg"),
            sender,
            decode("DGv6ra1nlYgDCS1FRnbzlw"));

    assertThat(Base64.getUrlEncoder().withoutPadding().encodeToString(body))
        .isEqualTo(
            "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLoc"
                + "InmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyou"
                + "BWLVWGNWQexSgSxsj_Qulcy4a-fN");
  }

  @Test
  void aPointThatIsNotOnTheCurveIsNoKey() {
    byte[] point = decode(BROWSER_KEY);
    point[40] ^= 1;

    assertThat(P256Keys.decodePublic(point)).isEmpty();
    assertThat(P256Keys.decodePublic(new byte[P256Keys.PUBLIC_LENGTH])).isEmpty();
    assertThat(P256Keys.decodePublic(new byte[3])).isEmpty();
  }

  @Test
  void aTokenNamesTheServiceAndIsSignedByTheServer() throws Exception {
    KeyPair server = P256Keys.generate();
    Instant now = Instant.parse("2026-11-29T12:00:00Z");

    String header =
        VapidToken.authorization(
            server, URI.create("https://push.example:8443/a/b?c"), "https://books.example", now);

    assertThat(header).startsWith("vapid t=").contains(", k=");
    String token = header.substring("vapid t=".length(), header.indexOf(','));
    String[] parts = token.split("\\.", -1);
    assertThat(new String(decode(parts[1]), UTF_8))
        .isEqualTo(
            "{\"aud\":\"https://push.example:8443\",\"exp\":1795996800,"
                + "\"sub\":\"https://books.example\"}");
    var signature = Signature.getInstance("SHA256withECDSAinP1363Format");
    var publicKey = P256Keys.decodePublic(decode(header.substring(header.indexOf("k=") + 2)));
    signature.initVerify(publicKey.orElseThrow());
    signature.update((parts[0] + "." + parts[1]).getBytes(UTF_8));
    assertThat(signature.verify(decode(parts[2]))).isTrue();
  }

  private static byte[] decode(String base64) {
    return Base64.getUrlDecoder().decode(base64);
  }
}
