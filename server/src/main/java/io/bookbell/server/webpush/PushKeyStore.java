package io.bookbell.server.webpush;

import io.bookbell.server.storage.Transaction;
import java.security.KeyPair;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.ECPublicKey;
import java.util.Base64;

/**
 * Stores the key pair by which push services know this installation. All nodes use the same one.
 * Thread-safe and stateless.
 */
public final class PushKeyStore {
  private static final Base64.Encoder ENCODER = Base64.getUrlEncoder().withoutPadding();
  private static final Base64.Decoder DECODER = Base64.getUrlDecoder();

  /** Makes the keys unless there are some. Called when a server starts. */
  public void createIfMissing(Transaction tx) {
    if (tx.query("SELECT id FROM push_key WHERE id = 1").exists()) {
      return; // making keys takes a start longer than looking
    }
    KeyPair keyPair = P256Keys.generate();
    tx.update(
        """
        INSERT INTO push_key (id, public_key, private_key)
        VALUES (1, ?, ?)
        ON CONFLICT (id) DO NOTHING""",
        ENCODER.encodeToString(P256Keys.encodePublic((ECPublicKey) keyPair.getPublic())),
        ENCODER.encodeToString(P256Keys.encodePrivate((ECPrivateKey) keyPair.getPrivate())));
  }

  /** Returns the public key, as a page passes it to its browser. */
  public String publicKey(Transaction tx) {
    return tx.query("SELECT public_key FROM push_key WHERE id = 1")
        .single(row -> row.getString("public_key"));
  }

  KeyPair keyPair(Transaction tx) {
    return tx.query("SELECT public_key, private_key FROM push_key WHERE id = 1")
        .single(
            row ->
                new KeyPair(
                    P256Keys.decodePublic(DECODER.decode(row.getString("public_key")))
                        .orElseThrow(() -> new IllegalStateException("A key isn't of P-256")),
                    P256Keys.decodePrivate(DECODER.decode(row.getString("private_key")))));
  }
}
