package io.bookbell.server.webpush;

import java.math.BigInteger;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECFieldFp;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPoint;
import java.security.spec.ECPrivateKeySpec;
import java.security.spec.ECPublicKeySpec;
import java.security.spec.EllipticCurve;
import java.security.spec.InvalidKeySpecException;
import java.util.Arrays;
import java.util.Optional;

/**
 * Keys on the curve P-256 in the form that browsers exchange them: a public key is a point of 65
 * bytes (0x04, x, y), a private key a number of 32 bytes. Stateless.
 */
final class P256Keys {
  static final int PUBLIC_LENGTH = 65;

  private static final int NUMBER_LENGTH = 32;
  private static final byte UNCOMPRESSED = 4;
  private static final ECParameterSpec CURVE = findCurve();

  private P256Keys() {}

  private static ECParameterSpec findCurve() {
    try {
      AlgorithmParameters parameters = AlgorithmParameters.getInstance("EC");
      parameters.init(new ECGenParameterSpec("secp256r1"));
      return parameters.getParameterSpec(ECParameterSpec.class);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("This Java has no P-256", e);
    }
  }

  static KeyPair generate() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(CURVE);
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("This Java has no P-256", e);
    }
  }

  /** Decodes a public key; empty if the bytes aren't a point of the curve. */
  static Optional<ECPublicKey> decodePublic(byte[] point) {
    if (point.length != PUBLIC_LENGTH || point[0] != UNCOMPRESSED) {
      return Optional.empty();
    }
    var x = new BigInteger(1, Arrays.copyOfRange(point, 1, 1 + NUMBER_LENGTH));
    var y = new BigInteger(1, Arrays.copyOfRange(point, 1 + NUMBER_LENGTH, PUBLIC_LENGTH));
    if (!isOnCurve(x, y)) {
      return Optional.empty();
    }
    try {
      var key = new ECPublicKeySpec(new ECPoint(x, y), CURVE);
      return Optional.of((ECPublicKey) KeyFactory.getInstance("EC").generatePublic(key));
    } catch (InvalidKeySpecException e) {
      return Optional.empty();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("This Java has no P-256", e);
    }
  }

  /** A point of another curve would tell its sender something about the private key. */
  private static boolean isOnCurve(BigInteger x, BigInteger y) {
    EllipticCurve curve = CURVE.getCurve();
    BigInteger field = ((ECFieldFp) curve.getField()).getP();
    BigInteger right = x.pow(3).add(curve.getA().multiply(x)).add(curve.getB()).mod(field);
    return x.compareTo(field) < 0
        && y.compareTo(field) < 0
        && y.multiply(y).mod(field).equals(right);
  }

  static ECPrivateKey decodePrivate(byte[] number) {
    try {
      var key = new ECPrivateKeySpec(new BigInteger(1, number), CURVE);
      return (ECPrivateKey) KeyFactory.getInstance("EC").generatePrivate(key);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("A private key that isn't of P-256", e);
    }
  }

  static byte[] encodePublic(ECPublicKey key) {
    var point = new byte[PUBLIC_LENGTH];
    point[0] = UNCOMPRESSED;
    copyNumber(key.getW().getAffineX(), point, 1);
    copyNumber(key.getW().getAffineY(), point, 1 + NUMBER_LENGTH);
    return point;
  }

  static byte[] encodePrivate(ECPrivateKey key) {
    var number = new byte[NUMBER_LENGTH];
    copyNumber(key.getS(), number, 0);
    return number;
  }

  /** Right-aligned in 32 bytes, without the sign that {@link BigInteger} may put in front. */
  private static void copyNumber(BigInteger number, byte[] target, int start) {
    byte[] bytes = number.toByteArray();
    int length = Math.min(bytes.length, NUMBER_LENGTH);
    System.arraycopy(bytes, bytes.length - length, target, start + NUMBER_LENGTH - length, length);
  }
}
