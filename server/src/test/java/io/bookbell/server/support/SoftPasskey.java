package io.bookbell.server.support;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import io.bookbell.server.json.Json;
import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.net.URI;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/**
 * A passkey (ES256) whose device is the test, which makes the answers that a browser would send.
 */
public final class SoftPasskey {
  private static final Base64.Encoder ENCODER = Base64.getUrlEncoder().withoutPadding();
  private static final int CREDENTIAL_BYTES = 16;
  private static final int COORDINATE_BYTES = 32;

  /** The user is present and verified; with attested data, also that there is a new credential. */
  private static final int VERIFIED = 0x05;

  private static final int NEW_CREDENTIAL = 0x45;

  private final KeyPair keys;
  private final byte[] id = new byte[CREDENTIAL_BYTES];
  private int count;

  public SoftPasskey() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"));
      keys = generator.generateKeyPair();
      byte[] point = ((ECPublicKey) keys.getPublic()).getW().getAffineX().toByteArray();
      System.arraycopy(point, point.length - CREDENTIAL_BYTES, id, 0, CREDENTIAL_BYTES);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Adds this passkey to the account of somebody who has just signed in. */
  public void addTo(TestClient client, String url) {
    JsonNode options = client.post("/api/passkeys/options", Map.of()).expect(200).body();
    var attestation = new ByteArrayOutputStream(); // {fmt: "none", attStmt: {}, authData: bytes}
    attestation.writeBytes(new byte[] {(byte) 0xa3, 0x63});
    attestation.writeBytes("fmt".getBytes(UTF_8));
    attestation.write(0x64);
    attestation.writeBytes("none".getBytes(UTF_8));
    attestation.write(0x67);
    attestation.writeBytes("attStmt".getBytes(UTF_8));
    attestation.writeBytes(new byte[] {(byte) 0xa0, 0x68});
    attestation.writeBytes("authData".getBytes(UTF_8));
    byte[] data = authenticatorData(url, NEW_CREDENTIAL, attestedCredential());
    attestation.writeBytes(new byte[] {0x58, (byte) data.length});
    attestation.writeBytes(data);
    var response =
        Map.of(
            "clientDataJSON", encode(clientData("webauthn.create", options, url)),
            "attestationObject", encode(attestation.toByteArray()),
            "transports", List.of());
    var wanted = Map.of("name", "Soft", "credential", credential(response));
    client.post("/api/passkeys", wanted).expect(201);
  }

  /** Signs in where a server is reached. */
  public TestClient.Reply signIn(TestClient client, String url) {
    String path = "/api/auth/passkey";
    JsonNode options = client.post(path + "/options", "").expect(200).body();
    byte[] clientData = clientData("webauthn.get", options, url);
    byte[] data = authenticatorData(url, VERIFIED, new byte[0]);
    var response =
        Map.of(
            "clientDataJSON", encode(clientData),
            "authenticatorData", encode(data),
            "signature", encode(sign(data, sha256(clientData))));
    return client.post(path, Map.of("credential", credential(response)));
  }

  private Map<String, Object> credential(Map<String, ?> response) {
    return Map.of(
        "id", encode(id),
        "rawId", encode(id),
        "type", "public-key",
        "response", response,
        "clientExtensionResults", Map.of());
  }

  private static byte[] clientData(String type, JsonNode options, String url) {
    var data = Map.of("type", type, "challenge", options.get("challenge").asText(), "origin", url);
    return Json.writeAsBytes(data);
  }

  private byte[] authenticatorData(String url, int flags, byte[] attested) {
    byte[] host = sha256(URI.create(url).getHost().getBytes(UTF_8));
    count++;
    return ByteBuffer.allocate(host.length + 1 + Integer.BYTES + attested.length)
        .put(host)
        .put((byte) flags)
        .putInt(count)
        .put(attested)
        .array();
  }

  /** No kind of device, the id, and the key in the form of COSE: EC2, ES256, P-256, x, y. */
  private byte[] attestedCredential() {
    var point = ((ECPublicKey) keys.getPublic()).getW();
    var data = new ByteArrayOutputStream();
    data.writeBytes(new byte[16]);
    data.writeBytes(new byte[] {0, CREDENTIAL_BYTES});
    data.writeBytes(id);
    data.writeBytes(new byte[] {(byte) 0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20});
    data.writeBytes(coordinate(point.getAffineX()));
    data.writeBytes(new byte[] {0x22, 0x58, 0x20});
    data.writeBytes(coordinate(point.getAffineY()));
    return data.toByteArray();
  }

  private static byte[] coordinate(BigInteger value) {
    byte[] all = value.toByteArray(); // with a sign, or shorter
    var fixed = new byte[COORDINATE_BYTES];
    int length = Math.min(all.length, COORDINATE_BYTES);
    System.arraycopy(all, all.length - length, fixed, COORDINATE_BYTES - length, length);
    return fixed;
  }

  private byte[] sign(byte[]... parts) {
    try {
      Signature signature = Signature.getInstance("SHA256withECDSA");
      signature.initSign(keys.getPrivate());
      for (byte[] part : parts) {
        signature.update(part);
      }
      return signature.sign();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static byte[] sha256(byte[] bytes) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(bytes);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String encode(byte[] bytes) {
    return ENCODER.encodeToString(bytes);
  }
}
