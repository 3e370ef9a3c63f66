package io.bookbell.server.webhook;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.bookbell.server.json.Json;
import io.bookbell.server.text.GraphemeClusters;
import java.net.URI;
import java.net.URLDecoder;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;

/**
 * A message for a chat service, in the service's own JSON. Names and titles come from strangers, so
 * nothing in a text may mention people or become markup.
 *
 * @param target where it is posted
 * @param body JSON
 */
record ChatPost(URI target, String body) {
  private static final int MAX_DISCORD_LENGTH = 2_000;
  private static final int MAX_TELEGRAM_LENGTH = 4_096;

  /** In bytes. ntfy turns a message of more than 4,096 into a file. */
  private static final int MAX_NTFY_LENGTH = 3_900;

  private static final int MAX_SLACK_LENGTH = 3_000;
  private static final String CHAT_ID = "chat_id";
  private static final Pattern SLACK_HOST =
      Pattern.compile("(?:.+\\.)?slack(?:-gov)?\\.com", Pattern.CASE_INSENSITIVE);

  /** A character that can't be seen: ZERO WIDTH SPACE. */
  private static final String NOTHING = "\u200B";

  /**
   * What is said.
   *
   * @param link the page that it is about
   */
  record ChatText(String title, String text, String link) {
    /** The text, shortened and escaped so that there is room for the link, and the link. */
    String lines(int most, UnaryOperator<String> escape, UnaryOperator<String> escapeLink) {
      String lastLine = "\n" + escapeLink.apply(link);
      return GraphemeClusters.shorten(text, most - lastLine.length(), escape) + lastLine;
    }
  }

  /** For an incoming webhook of Discord, in which Markdown is escaped and nobody is mentioned. */
  static ChatPost forDiscord(URI webhook, ChatText chatText) {
    int room = MAX_DISCORD_LENGTH - chatText.link().length() - 1;
    String text = GraphemeClusters.shorten(chatText.text(), room, ChatPost::escapeMarkdown);
    return json(
        webhook,
        Map.of(
            "content",
            text + "\n" + chatText.link(),
            "allowed_mentions",
            Map.of("parse", List.of())));
  }

  private static String escapeMarkdown(String text) {
    return text.replaceAll("([\\\\*_`~|>#\\[\\]()<-])", "\\\\$1");
  }

  /**
   * For an incoming webhook of Slack, or of Mattermost or Rocket.Chat, which take the same but read
   * it as Markdown. Slack is told to read no markup; it would show the backslashes.
   */
  static ChatPost forSlack(URI webhook, ChatText chatText) {
    UnaryOperator<String> escape =
        SLACK_HOST.matcher(webhook.getHost()).matches()
            ? ChatPost::escapeForSlack
            : ChatPost::escapeForMattermost;
    String text = chatText.lines(MAX_SLACK_LENGTH, escape, ChatPost::escapeMarkup);
    return json(webhook, Map.of("text", text, "mrkdwn", false));
  }

  private static String escapeForSlack(String text) {
    return withoutMentions(escapeMarkup(text));
  }

  /** A backslash before a bracket would be shown by Rocket.Chat, so links are torn apart. */
  private static String escapeForMattermost(String text) {
    String marked = escapeMarkup(text).replaceAll("([\\\\*_`~#])", "\\\\$1");
    return withoutMentions(marked).replace("]", "]" + NOTHING);
  }

  private static String escapeMarkup(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }

  /** For services that look for mentions in any text. */
  private static String withoutMentions(String text) {
    return text.replace("@", "@" + NOTHING);
  }

  /**
   * For the Bot API of Telegram, as plain text.
   *
   * @param address {@code https://api.telegram.org/bot<token>/sendMessage?chat_id=<chat>}, maybe
   *     with a {@code message_thread_id} and {@code disable_notification}
   */
  static ChatPost forTelegram(URI address, ChatText chatText) {
    var message = new LinkedHashMap<String, Object>();
    message.put(CHAT_ID, queryValue(address, CHAT_ID).orElse(""));
    queryValue(address, "message_thread_id")
        .filter(thread -> thread.matches("[0-9]{1,18}"))
        .ifPresent(thread -> message.put("message_thread_id", Long.valueOf(thread)));
    queryValue(address, "disable_notification")
        .ifPresent(silent -> message.put("disable_notification", silent.matches("(?i)true|1|yes")));
    message.put(
        "text",
        chatText.lines(MAX_TELEGRAM_LENGTH, ChatPost::withoutMentions, UnaryOperator.identity()));
    message.put("link_preview_options", Map.of("is_disabled", true));
    return json(withPath(address, address.getRawPath()), message);
  }

  /**
   * For ntfy, which takes JSON at its root.
   *
   * @param topic {@code https://ntfy.sh/<topic>}, or the same below a path of one's own server. The
   *     query may have a token, or say how important the messages are.
   */
  static ChatPost forNtfy(URI topic, ChatText chatText) {
    int slash = topic.getPath().lastIndexOf('/');
    var message = new LinkedHashMap<String, Object>();
    message.put("topic", topic.getPath().substring(slash + 1));
    message.put("title", chatText.title());
    message.put("message", GraphemeClusters.shortenToBytes(chatText.text(), MAX_NTFY_LENGTH));
    message.put("click", chatText.link());
    int rawSlash = topic.getRawPath().lastIndexOf('/');
    String root = topic.getRawPath().substring(0, rawSlash + 1);
    String query = topic.getRawQuery() == null ? "" : "?" + topic.getRawQuery();
    return json(withPath(topic, root + query), message);
  }

  /** Whether an address names a chat, as {@link #forTelegram} needs it. */
  static boolean isTelegram(URI address) {
    return address.getPath().matches("/bot[^/]+/sendMessage")
        && queryValue(address, CHAT_ID).filter(chat -> chat.matches("-?[0-9]+|@\\w+")).isPresent();
  }

  private static Optional<String> queryValue(URI address, String name) {
    String query = address.getRawQuery();
    return query == null
        ? Optional.empty()
        : Arrays.stream(query.split("&", -1))
            .filter(each -> each.startsWith(name + "="))
            .map(each -> URLDecoder.decode(each.substring(name.length() + 1), UTF_8))
            .findFirst();
  }

  private static URI withPath(URI address, String path) {
    return URI.create(address.getScheme() + "://" + address.getRawAuthority() + path);
  }

  private static ChatPost json(URI target, Map<String, Object> body) {
    return new ChatPost(target, Json.writeAsString(body));
  }
}
