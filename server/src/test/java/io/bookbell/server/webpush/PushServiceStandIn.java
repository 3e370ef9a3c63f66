package io.bookbell.server.webpush;

import static java.nio.charset.StandardCharsets.US_ASCII;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.bookbell.server.json.Json;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.interfaces.ECPublicKey;
import java.util.Arrays;
import java.util.Base64;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.crypto.Cipher;
import javax.crypto.KeyAgreement;
import javax.crypto.Mac;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/** A push service on this machine, and the browser that it delivers to, which decrypts. */
public final class PushServiceStandIn implements AutoCloseable {
  private static final byte[] SECRET = "sixteen secret b".getBytes(US_ASCII);

  /** What the browser has got. */
  public final List<PushedMessage> received = new CopyOnWriteArrayList<>();

  /** The statuses of the next responses; 201 when there are none left. */
  public final Deque<Integer> statuses = new ConcurrentLinkedDeque<>();

  private final KeyPair browser = P256Keys.generate();
  private final HttpServer server;

  /** A message as the browser decrypts it. */
  public record PushedMessage(Headers headers, JsonNode content) {}

  public PushServiceStandIn() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::receive);
    server.start();
  }

  public String endpoint() {
    return "http://127.0.0.1:" + server.getAddress().getPort() + "/push/1";
  }

  /** The keys of the subscription. */
  public Map<String, String> keys() {
    return Map.of(
        "p256dh", encode(P256Keys.encodePublic((ECPublicKey) browser.getPublic())),
        "auth", encode(SECRET));
  }

  private void receive(HttpExchange exchange) throws IOException {
    try (exchange) {
      byte[] content = decrypt(exchange.getRequestBody().readAllBytes());
      received.add(new PushedMessage(exchange.getRequestHeaders(), Json.readTree(content)));
      Integer status = statuses.poll();
      exchange.sendResponseHeaders(status == null ? 201 : status, -1);
    } catch (GeneralSecurityException e) {
      exchange.sendResponseHeaders(400, -1);
    }
  }

  private byte[] decrypt(byte[] body) throws GeneralSecurityException {
    var in = ByteBuffer.wrap(body);
    byte[] salt = take(in, 16);
    in.getInt();
    byte[] sender = take(in, in.get());
    KeyAgreement agreement = KeyAgreement.getInstance("ECDH");
    agreement.init(browser.getPrivate());
    agreement.doPhase(P256Keys.decodePublic(sender).orElseThrow(), true);
    byte[] own = P256Keys.encodePublic((ECPublicKey) browser.getPublic());
    byte[] info = join("WebPush: info\0".getBytes(US_ASCII), own, sender);
    byte[] input = hmac(hmac(SECRET, agreement.generateSecret()), join(info, new byte[] {1}));
    byte[] derived = hmac(salt, input);
    byte[] key = hmac(derived, "Content-Encoding: aes128gcm\0\1".getBytes(US_ASCII));
    byte[] nonce = hmac(derived, "Content-Encoding: nonce\0\1".getBytes(US_ASCII));
    Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
    cipher.init(
        Cipher.DECRYPT_MODE,
        new SecretKeySpec(key, 0, 16, "AES"),
        new GCMParameterSpec(128, nonce, 0, 12));
    byte[] padded = cipher.doFinal(take(in, in.remaining()));
    return Arrays.copyOf(padded, padded.length - 1);
  }

  private static byte[] take(ByteBuffer in, int length) {
    var part = new byte[length];
    in.get(part);
    return part;
  }

  private static byte[] join(byte[] one, byte[]... others) {
    var all = ByteBuffer.allocate(one.length + Arrays.stream(others).mapToInt(b -> b.length).sum());
    all.put(one);
    Arrays.stream(others).forEach(all::put);
    return all.array();
  }

  private static byte[] hmac(byte[] key, byte[] data) throws GeneralSecurityException {
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(key, "HmacSHA256"));
    return mac.doFinal(data);
  }

  private static String encode(byte[] bytes) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
