package io.bookbell.hub.redis;

import io.lettuce.core.RedisURI;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.regex.Pattern;

/**
 * The address of Redis, and the backplane's names, timings and limits. Immutable.
 *
 * @param uri such as {@code redis://user:password@host:6379/0}; {@code rediss://} for TLS
 * @param prefix the prefix of all channel names, the same for all nodes of an installation
 * @param node the unique name of this node
 * @param databaseEpoch identifies the database and its epoch; frames of nodes with another one are
 *     dropped
 * @param timings intervals and timeouts
 * @param requestQueue how many changes may be in flight to Redis; more are refused
 */
public record RedisOptions(
    String uri,
    String prefix,
    String node,
    String databaseEpoch,
    Timings timings,
    int requestQueue) {
  /** The default prefix of channel names. */
  public static final String PREFIX = "bookbell:";

  private static final Pattern NODE = Pattern.compile("[A-Za-z0-9._-]{1,64}");
  private static final Pattern VISIBLE = Pattern.compile("[!-~]{1,100}");

  /** The defaults, for nodes on one network. The node gets a random name. */
  public static RedisOptions forUri(String uri) {
    String node = HexFormat.of().toHexDigits(new SecureRandom().nextLong());
    return new RedisOptions(uri, PREFIX, node, "", Timings.defaults(), 1024);
  }

  /**
   * @throws IllegalArgumentException if a value is invalid; the message doesn't repeat the URI,
   *     which may contain a password
   */
  public RedisOptions {
    checkArgument(
        isRedis(uri), "uri must look like redis://host:6379; what came is not repeated here");
    checkArgument(
        VISIBLE.matcher(prefix).matches(), "prefix must be 1 to 100 visible ASCII characters");
    checkArgument(
        NODE.matcher(node).matches(),
        "node must be 1 to 64 letters, digits, dots, hyphens or underscores, got '" + node + "'");
    checkDatabaseEpoch(databaseEpoch);
    checkArgument(requestQueue >= 1, "requestQueue must be at least 1, got " + requestQueue);
  }

  public RedisOptions withPrefix(String other) {
    return new RedisOptions(uri, other, node, databaseEpoch, timings, requestQueue);
  }

  public RedisOptions withNode(String other) {
    return new RedisOptions(uri, prefix, other, databaseEpoch, timings, requestQueue);
  }

  public RedisOptions withDatabaseEpoch(String other) {
    return new RedisOptions(uri, prefix, node, other, timings, requestQueue);
  }

  public RedisOptions withTimings(Timings other) {
    return new RedisOptions(uri, prefix, node, databaseEpoch, other, requestQueue);
  }

  static void checkDatabaseEpoch(String databaseEpoch) {
    checkArgument(
        databaseEpoch.isEmpty() || VISIBLE.matcher(databaseEpoch).matches(),
        "databaseEpoch must be at most 100 visible ASCII characters");
  }

  /** The channel to which every node subscribes. */
  String broadcastChannel() {
    return prefix + "all";
  }

  /** The channel of one node. */
  String channelOf(String name) {
    return prefix + "node:" + name;
  }

  /** Omits the URI, which may contain a password. */
  @Override
  public String toString() {
    return "RedisOptions[prefix=" + prefix + ", node=" + node + ", timings=" + timings + "]";
  }

  private static boolean isRedis(String uri) {
    try {
      RedisURI.create(uri);
      return true;
    } catch (IllegalArgumentException wrong) {
      return false;
    }
  }

  private static void checkArgument(boolean good, String otherwise) {
    if (!good) {
      throw new IllegalArgumentException(otherwise);
    }
  }

  /**
   * Intervals and timeouts.
   *
   * @param probe the interval between probes
   * @param silence how long the oldest pending probe may be outstanding before the subscription
   *     counts as receiving nothing; longer than {@code probe}, so that two are missing by that
   *     time
   * @param batch how long presence changes are collected before they are published
   * @param forget a peer that hasn't been heard of for this long is forgotten
   * @param command how long Redis may take to answer a command or accept a connection
   * @param reconnectFrom the upper bound of the first random delay before reconnecting; doubles
   *     with each failure
   * @param reconnectTo the limit of that doubling
   */
  public record Timings(
      Duration probe,
      Duration silence,
      Duration batch,
      Duration forget,
      Duration command,
      Duration reconnectFrom,
      Duration reconnectTo) {
    /** A subscription that receives nothing is detected within about two seconds. */
    public static Timings defaults() {
      return new Timings(
          Duration.ofSeconds(1),
          Duration.ofMillis(1500),
          Duration.ofMillis(50),
          Duration.ofSeconds(5),
          Duration.ofSeconds(1),
          Duration.ofMillis(100),
          Duration.ofSeconds(2));
    }

    public Timings {
      requirePositive("probe", probe);
      requirePositive("batch", batch);
      requirePositive("command", command);
      requirePositive("reconnectFrom", reconnectFrom);
      requireLonger("silence", silence, "probe", probe);
      requireLonger("forget", forget, "silence", silence);
      requireLonger("reconnectTo", reconnectTo, "reconnectFrom", reconnectFrom);
    }

    private static void requirePositive(String name, Duration value) {
      checkArgument(value.isPositive(), name + " must be positive, got " + value);
    }

    private static void requireLonger(String name, Duration value, String than, Duration shorter) {
      checkArgument(
          value.compareTo(shorter) > 0,
          name + " must be longer than " + than + ", " + shorter + ", got " + value);
    }
  }
}
