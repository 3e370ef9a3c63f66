package io.bookbell.server.webhook;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.bookbell.server.json.Json;
import io.bookbell.server.webhook.ChatPost.ChatText;
import java.net.URI;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class ChatPostTest {
  private static final ChatText CHAT_TEXT =
      new ChatText("Mara", "*Ann* <@everyone> asks for “A & B”", "https://books.example/r/7");

  @Test
  void onDiscordNobodyIsMentionedAndMarkdownIsEscaped() {
    ChatPost post =
        ChatPost.forDiscord(URI.create("https://discord.com/api/webhooks/1/a"), CHAT_TEXT);

    assertThat(post.target()).hasToString("https://discord.com/api/webhooks/1/a");
    assertThat(text(post))
        .contains("\"allowed_mentions\":{\"parse\":[]}")
        .contains("\\\\*Ann\\\\* \\\\<@everyone\\\\> asks for “A & B”\\nhttps://books.example/r/7");
  }

  @Test
  void onSlackNothingIsMarkupAndNobodyIsMentioned() throws Exception {
    ChatPost post = ChatPost.forSlack(URI.create("https://hooks.slack.com/services/a"), CHAT_TEXT);

    assertThat(Json.readTree(post.body()).path("mrkdwn").asBoolean(true)).isFalse();
    assertThat(field(post, "text"))
        .isEqualTo("*Ann* &lt;@\u200Beveryone&gt; asks for “A &amp; B”\nhttps://books.example/r/7");
  }

  @Test
  void onMattermostMarkdownIsEscapedAndNobodyIsMentioned() throws Exception {
    var chatText =
        new ChatText(
            "", "@channel *look* [here](https://evil.example) #a_b", "https://books.example/a_b");
    ChatPost post = ChatPost.forSlack(URI.create("https://chat.example/hooks/a"), chatText);

    assertThat(field(post, "text"))
        .isEqualTo(
            "@\u200Bchannel \\*look\\* [here]\u200B(https://evil.example) \\#a\\_b"
                + "\nhttps://books.example/a_b");
  }

  @Test
  void onTelegramNobodyIsMentioned() throws Exception {
    URI address = URI.create("https://api.telegram.org/bot1:a/sendMessage?chat_id=-100");

    assertThat(field(ChatPost.forTelegram(address, CHAT_TEXT), "text"))
        .isEqualTo("*Ann* <@\u200Beveryone> asks for “A & B”\nhttps://books.example/r/7");
  }

  @Test
  void telegramIsToldTheTopicAndToBeSilentAsTheAddressSays() throws Exception {
    URI address =
        URI.create(
            "https://api.telegram.org/bot1:a/sendMessage"
                + "?chat_id=-100&message_thread_id=7&disable_notification=true");
    ChatPost post = ChatPost.forTelegram(address, CHAT_TEXT);

    assertThat(post.target()).hasToString("https://api.telegram.org/bot1:a/sendMessage");
    assertThat(Json.readTree(post.body()).get("message_thread_id")).hasToString("7");
    assertThat(Json.readTree(post.body()).get("disable_notification")).hasToString("true");
  }

  @Test
  void ntfyGetsTheQueryOfTheAddress() {
    ChatPost post =
        ChatPost.forNtfy(URI.create("https://ntfy.example/my_topic?auth=QmVhcmVy%3D"), CHAT_TEXT);

    assertThat(post.target()).hasToString("https://ntfy.example/?auth=QmVhcmVy%3D");
    assertThat(text(post)).contains("\"topic\":\"my_topic\"");
  }

  @Test
  void telegramGetsPlainTextForTheChatInTheAddress() {
    URI address = URI.create("https://api.telegram.org/bot1:a/sendMessage?chat_id=-100");
    ChatPost post = ChatPost.forTelegram(address, CHAT_TEXT);

    assertThat(ChatPost.isTelegram(address)).isTrue();
    assertThat(ChatPost.isTelegram(URI.create("https://api.telegram.org/bot1:a/getMe"))).isFalse();
    assertThat(post.target()).hasToString("https://api.telegram.org/bot1:a/sendMessage");
    assertThat(text(post)).contains("\"chat_id\":\"-100\"").doesNotContain("parse_mode");
  }

  @Test
  void ntfyGetsTheTopicAtItsRoot() {
    ChatPost post = ChatPost.forNtfy(URI.create("https://ntfy.example/sub/my_topic"), CHAT_TEXT);

    assertThat(post.target()).hasToString("https://ntfy.example/sub/");
    assertThat(text(post)).contains("\"topic\":\"my_topic\"").contains("\"title\":\"Mara\"");
  }

  @Test
  void aLongTextIsCutBetweenCharacters() {
    var longText = new ChatText("Mara", "𝔅".repeat(2_000), "https://books.example/");

    String sent = text(ChatPost.forDiscord(URI.create("https://discord.com/x"), longText));

    assertThat(sent).contains("…\\nhttps://books.example/").doesNotContain("?");
    assertThat(sent.getBytes(UTF_8)).asString(UTF_8).isEqualTo(sent);
  }

  @Test
  void aLongTextIsCutBetweenWhatItsEscapingAddedAndKeepsTheLink() throws Exception {
    var longText = new ChatText("Mara", "&".repeat(4_000), "https://books.example/?a=1&b=2");

    String slack =
        field(ChatPost.forSlack(URI.create("https://hooks.slack.com/x"), longText), "text");
    assertThat(slack)
        .matches("(&amp;)+…\nhttps://books\\.example/\\?a=1&amp;b=2")
        .hasSizeBetween(2_990, 3_000);
    URI telegram = URI.create("https://api.telegram.org/bot1:a/sendMessage?chat_id=1");
    assertThat(
            field(ChatPost.forTelegram(telegram, new ChatText("", "x".repeat(5_000), "b")), "text"))
        .isEqualTo("x".repeat(4_093) + "…\nb");
    URI discord = URI.create("https://discord.com/x");
    assertThat(
            field(
                ChatPost.forDiscord(discord, new ChatText("", "*".repeat(2_000), "b")), "content"))
        .isEqualTo("\\*".repeat(998) + "…\nb");
  }

  private static String field(ChatPost post, String name) throws Exception {
    return Json.readTree(post.body()).get(name).asText();
  }

  /** A family is one character, although it is made of seven code points. */
  @Test
  void aLongTextIsCutBetweenWhatPeopleSeeAsCharacters() throws Exception {
    String family = "👨‍👩‍👧‍👦";
    var longText = new ChatText("", family.repeat(300), "https://books.example/");

    String sent =
        field(ChatPost.forNtfy(URI.create("https://ntfy.example/topic"), longText), "message");

    assertThat(sent).isEqualTo(family.repeat(3_897 / family.getBytes(UTF_8).length) + "…");
  }

  /** Or ntfy would turn it into a file. */
  @Test
  void aLongTextForNtfyIsCutByItsBytes() throws Exception {
    URI topic = URI.create("https://ntfy.example/topic");
    String arabic =
        field(ChatPost.forNtfy(topic, new ChatText("", "ك".repeat(3_000), "")), "message");
    String ascii =
        field(ChatPost.forNtfy(topic, new ChatText("", "x".repeat(3_900), "")), "message");

    assertThat(arabic).isEqualTo("ك".repeat(1_948) + "…");
    assertThat(ascii).isEqualTo("x".repeat(3_900));
  }

  /** The expected value was computed with {@code openssl dgst -sha256 -hmac}. */
  @Test
  void aSignatureCoversTheTimeAndTheBody() {
    String signature =
        WebhookSignature.sign("secret", Instant.ofEpochSecond(1_700_000_000), "{}".getBytes(UTF_8));

    assertThat(signature)
        .isEqualTo(
            "t=1700000000,v1=b8569b78799ff9e3cbff0fc2d63a33a2b57f3282abd07c37ae5e8e7d79a5f163");
  }

  private static String text(ChatPost post) {
    return post.body();
  }
}
