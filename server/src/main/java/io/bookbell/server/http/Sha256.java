package io.bookbell.server.http;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** SHA-256, FIPS 180-4. Stateless. */
public final class Sha256 {
  private Sha256() {}

  /** 32 bytes. */
  public static byte[] digestBytes(byte[] content) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(content);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java has SHA-256", e);
    }
  }

  /** 64 characters. */
  public static String hexDigest(byte[] content) {
    return HexFormat.of().formatHex(digestBytes(content));
  }
}
