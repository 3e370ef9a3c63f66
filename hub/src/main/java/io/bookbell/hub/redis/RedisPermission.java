package io.bookbell.hub.redis;

import io.lettuce.core.RedisURI;
import java.net.URI;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Explains which permission a Redis user lacks. Stateless. */
final class RedisPermission {
  static final String LACKS = "the Redis user lacks a permission";
  private static final List<String> COMMANDS =
      List.of("publish", "subscribe", "unsubscribe", "ping");

  /** The command in Redis's message, with its subcommand if it has one. */
  private static final Pattern REFUSED = Pattern.compile("'([a-z]+(?:\\|[a-z]+)?)' command");

  private RedisPermission() {}

  /**
   * Describes the missing permission for the operator, including the command that grants it.
   *
   * @param others channels in use, which may lack the prefix
   * @return empty if the failure has another cause
   */
  static Optional<String> findMissing(
      @Nullable Throwable failure, RedisOptions options, String... others) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      String message = cause.getMessage();
      if (message != null && message.startsWith("NOPERM")) {
        return Optional.of(grantCommand(message, options, others));
      }
    }
    return Optional.empty();
  }

  private static String userName(String uri) {
    String userInfo = URI.create(uri).getUserInfo();
    String user = userInfo == null ? "" : userInfo.split(":", 2)[0];
    return user.isEmpty() ? "default" : user;
  }

  /**
   * Adds channels only if Redis complained about them: it refuses to add channels to a user that
   * may access all of them.
   */
  private static String grantCommand(String message, RedisOptions options, String... others) {
    var grant = new StringBuilder("ACL SETUSER ").append(userName(options.uri()));
    if (message.contains("channel")) {
      grant.append(" &").append(options.prefix()).append('*');
      for (String channel : others) {
        if (!channel.startsWith(options.prefix())) {
          grant.append(" &").append(channel);
        }
      }
    }
    neededCommands(message, options).forEach(command -> grant.append(" +").append(command));
    return LACKS
        + "; grant it with: %s (%s)".formatted(grant, message.lines().findFirst().orElse(""));
  }

  /** The commands that Bookbell sends, and the one that was refused. */
  private static Set<String> neededCommands(String message, RedisOptions options) {
    var needed = new LinkedHashSet<>(COMMANDS);
    if (RedisURI.create(options.uri()).getDatabase() > 0) {
      needed.add("select");
    }
    Matcher refused = REFUSED.matcher(message);
    if (refused.find()) {
      needed.add(refused.group(1));
    }
    return needed;
  }
}
