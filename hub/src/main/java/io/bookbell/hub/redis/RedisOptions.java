package io.bookbell.hub.redis;

import io.lettuce.core.RedisURI;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.regex.Pattern;

/**
 * Where Redis is and how patient the backplane is with it. Immutable.
 *
 * @param uri such as {@code redis://user:password@host:6379/0}, {@code rediss://} for TLS
 * @param prefix begins the names of all channels; the same for all nodes that are to hear each
 *     other
 * @param node the name of this node, different from that of every other
 * @param life names the histories whose numbers this node knows; nodes with another are not heard
 * @param timings how often and how long
 * @param requestQueue how many changes may be under way to Redis; more are refused
 */
public record RedisOptions(
    String uri, String prefix, String node, String life, Timings timings, int requestQueue) {
  /** Begins the names of the channels unless told otherwise. */
  public static final String PREFIX = "bookbell:";

  private static final Pattern NODE = Pattern.compile("[A-Za-z0-9._-]{1,64}");
  private static final Pattern VISIBLE = Pattern.compile("[!-~]{1,100}");

  /** Made for nodes on one network; the node gets a random name. */
  public static RedisOptions forUri(String uri) {
    String node = HexFormat.of().toHexDigits(new SecureRandom().nextLong());
    return new RedisOptions(uri, PREFIX, node, "", Timings.defaults(), 1024);
  }

  /**
   * @throws IllegalArgumentException if a value makes no sense; the URI, which may hold a password,
   *     is not repeated
   */
  public RedisOptions {
    checkArgument(
        isRedis(uri), "uri must look like redis://host:6379; what came is not repeated here");
    checkArgument(
        VISIBLE.matcher(prefix).matches(), "prefix must be 1 to 100 visible ASCII characters");
    checkArgument(
        NODE.matcher(node).matches(),
        "node must be 1 to 64 letters, digits, dots, hyphens or underscores, got '" + node + "'");
    checkLife(life);
    checkArgument(requestQueue >= 1, "requestQueue must be at least 1, got " + requestQueue);
  }

  public RedisOptions withPrefix(String other) {
    return new RedisOptions(uri, other, node, life, timings, requestQueue);
  }

  public RedisOptions withNode(String other) {
    return new RedisOptions(uri, prefix, other, life, timings, requestQueue);
  }

  public RedisOptions withLife(String other) {
    return new RedisOptions(uri, prefix, node, other, timings, requestQueue);
  }

  public RedisOptions withTimings(Timings other) {
    return new RedisOptions(uri, prefix, node, life, other, requestQueue);
  }

  static void checkLife(String life) {
    checkArgument(
        life.isEmpty() || VISIBLE.matcher(life).matches(),
        "life must be at most 100 visible ASCII characters");
  }

  /** The channel that every node listens to. */
  String broadcastChannel() {
    return prefix + "all";
  }

  /** The channel of one node. */
  String channelOf(String name) {
    return prefix + "node:" + name;
  }

  /** Without the URI, which may hold a password. */
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
   * How often and how long.
   *
   * @param probe how often the backplane asks itself, through Redis, whether it hears
   * @param silence how long the first unanswered probe may be away before Redis counts as deaf;
   *     longer than one {@code probe} so that two are missing by then
   * @param batch how long changes of who is connected are gathered
   * @param forget a node not heard of for this time is forgotten
   * @param command how long Redis may take for one command, or to accept a connection
   * @param reconnectFrom the highest delay before the first new connection; doubles with each
   * @param reconnectTo where the doubling ends
   */
  public record Timings(
      Duration probe,
      Duration silence,
      Duration batch,
      Duration forget,
      Duration command,
      Duration reconnectFrom,
      Duration reconnectTo) {
    /** A deaf Redis is noticed within about two seconds. */
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
      checkArgument(value.isPositive(), name + " must be longer than nothing, got " + value);
    }

    private static void requireLonger(String name, Duration value, String than, Duration shorter) {
      checkArgument(
          value.compareTo(shorter) > 0,
          name + " must be longer than " + than + ", " + shorter + ", got " + value);
    }
  }
}
