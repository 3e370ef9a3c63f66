package io.bookbell.server.mail;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.fasterxml.jackson.databind.JsonNode;
import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetup;
import io.bookbell.server.Cast;
import io.bookbell.server.Cast.Person;
import io.bookbell.server.TestServer;
import io.bookbell.server.account.ForgotRoutes;
import io.bookbell.server.config.ServerConfig;
import io.bookbell.server.config.ServerConfig.MailConfig;
import io.bookbell.server.config.ServerConfig.PublicAccessConfig;
import io.bookbell.server.json.Json;
import io.bookbell.server.network.PublicUrl;
import io.bookbell.server.support.TestClient;
import io.bookbell.server.support.TestDatabase;
import io.bookbell.server.text.EmailAddress;
import jakarta.mail.Message;
import jakarta.mail.MessagingException;
import jakarta.mail.internet.MimeMessage;
import jakarta.mail.internet.MimeMultipart;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.LoggerFactory;

/** Mails as a real mail server gets them. */
@ParameterizedClass
@EnumSource
class MailTest {
  private static final String SETTINGS = "/api/me/notification-settings";
  private static final Map<String, String> GERMAN = Map.of("Accept-Language", "de-AT,de;q=0.9");

  @Parameter TestDatabase kind;
  @TempDir Path folder;

  private final GreenMail mailServer =
      new GreenMail(new ServerSetup(0, "127.0.0.1", ServerSetup.PROTOCOL_SMTP).dynamicPort());
  private TestServer server;
  private Cast cast;

  @BeforeEach
  void start() {
    mailServer.start();
    ServerConfig usual = TestServer.config(kind.create(folder));
    server =
        TestServer.with(
            usual
                .withMail(
                    new MailConfig(
                        "127.0.0.1",
                        mailServer.getSmtp().getPort(),
                        false,
                        Optional.empty(),
                        Optional.empty(),
                        "Bookbell <books@books.test>"))
                .withReach(
                    new PublicAccessConfig(
                        PublicUrl.parse("https://books.test"),
                        List.of(),
                        List.of(),
                        Optional.empty())));
    cast = server.cast();
  }

  @AfterEach
  void stop() {
    server.close();
    mailServer.stop();
  }

  @Test
  void newsComeInTheReadersLanguageOnceTheAddressIsConfirmed() throws Exception {
    Person mara = cast.creator();
    chooseMail(mara, "mara@home.test", List.of("request_created", "reply_added"));
    MimeMessage asked = awaitMail("mara@home.test", 1);
    assertThat(asked.getSubject()).isEqualTo("Bestätige diese Adresse");
    long first = cast.supporter().ask(mara, "Zu früh");
    open("/api/news/confirm", linkIn(asked, "confirm"));

    long request = cast.supporter().ask(mara, "Die Wand");
    MimeMessage created = awaitMail("mara@home.test", 2);
    assertThat(textOf(created))
        .contains("supporter fragt „Die Wand“ an", "https://books.test/requests/" + request)
        .doesNotContain("Zu früh");
    assertThat(htmlOf(created)).contains("<html lang=\"de\" dir=\"ltr\">", "„Die Wand“");
    assertThat(created.getSubject()).isEqualTo("Anfrage: Die Wand");
    assertThat(created.getHeader("List-Unsubscribe-Post"))
        .containsExactly("List-Unsubscribe=One-Click");
    assertThat(created.getHeader("Auto-Submitted")).containsExactly("auto-generated");
    assertThat(created.getMessageID()).matches("<news-[0-9]+@books.test>");

    var reply = Map.of("body", "Danke!");
    cast.supporter().client().post("/api/book-requests/" + request + "/reply", reply).expect(201);
    MimeMessage replied = awaitMail("mara@home.test", 3);
    assertThat(replied.getHeader("References")).isEqualTo(created.getHeader("References"));
    assertThat(replied.getSubject()).isEqualTo(created.getSubject());
    assertThat(replied.getMessageID()).isNotEqualTo(created.getMessageID());

    var answer = Map.of("status", "approved", "response", "Ja");
    mara.client().post("/api/book-requests/" + first + "/respond", answer).expect(200);
    String oneClick =
        created
            .getHeader("List-Unsubscribe")[0]
            .replaceAll("[<>]", "")
            .replace("https://books.test", "");
    var opened = server.client().get(oneClick).expect(303);
    assertThat(opened.raw().headers().firstValue("Location").orElseThrow())
        .isEqualTo(
            "https://books.test/news#unsubscribe=" + oneClick.substring(oneClick.indexOf('=') + 1));
    assertThat(mara.client().get(SETTINGS).body().at("/events/reply_added")).isNotEmpty();
    assertThat(postForm(oneClick)).isEqualTo(204);
    assertThat(mara.client().get(SETTINGS).body().at("/events/reply_added")).isEmpty();
  }

  @Test
  void aForgottenPasswordIsReplacedByTheLinkInAMail() throws Exception {
    Person ada = cast.supporter();
    TestClient stranger = server.client();
    stranger.post("/api/auth/forgot", Map.of("email", "nobody@home.test")).expect(202);
    turnPasswordsOff(true);
    stranger.post("/api/auth/forgot", Map.of("email", cast.other().email())).expect(202);
    turnPasswordsOff(false);
    String body = Json.writeAsString(Map.of("email", ada.email()));
    stranger.send("POST", "/api/auth/forgot", body, GERMAN).expect(202);
    stranger.send("POST", "/api/auth/forgot", body, GERMAN).expect(202);

    MimeMessage mail = awaitMail(ada.email(), 1);
    Matcher link = Pattern.compile("https://books\\.test/reset#(\\S+)").matcher(textOf(mail));
    assertThat(link.find()).isTrue();
    assertThat(mail.getSubject()).isEqualTo("Neues Passwort wählen");
    var reset = Map.of("token", link.group(1), "password", "eleven green pears");
    stranger.post("/api/auth/reset", reset).expect(200);
    stranger.post("/api/auth/reset", reset).expect(404);
    assertThat(mailsTo("nobody@home.test")).isEmpty();
    assertThat(mailsTo(cast.other().email())).isEmpty();
  }

  @Test
  void aLinkThatCannotBeMailedIsInTheLogWithoutTheAddress() {
    var appender = new ListAppender<ILoggingEvent>();
    var log = (Logger) LoggerFactory.getLogger(ForgotRoutes.class);
    appender.start();
    log.addAppender(appender);
    server.database().write(tx -> tx.update("ALTER TABLE news_target RENAME TO elsewhere")).join();
    try {
      String email = cast.supporter().email();
      server.client().post("/api/auth/forgot", Map.of("email", email)).expect(202);

      await().until(() -> !appender.list.isEmpty());
      assertThat(appender.list.getFirst().getFormattedMessage())
          .contains("new password", "account " + cast.supporter().id())
          .doesNotContain(email);
    } finally {
      log.detachAppender(appender);
    }
  }

  private void turnPasswordsOff(boolean off) {
    server
        .database()
        .write(tx -> tx.update("UPDATE installation SET passwords_off = ?", off))
        .join();
  }

  @Test
  void aNewAddressTakesEffectWithTheLinkInTheMailToIt() throws Exception {
    TestClient ada = cast.supporter().client();
    String former = cast.supporter().email();
    ada.patch("/api/me", Map.of("email", "ada@new.test")).expect(200);
    assertThat(ada.get("/api/me").body().at("/user/email").asText()).isEqualTo(former);
    ada.patch("/api/me", Map.of("email", cast.other().email())).expect(409);

    String token = linkIn(awaitMail("ada@new.test", 1), "address");
    open("/api/auth/confirm-email", token);
    assertThat(ada.get("/api/me").body().at("/user/email").asText()).isEqualTo("ada@new.test");
    server.client().post("/api/auth/confirm-email", Map.of("token", token)).expect(404);
    MimeMessage notice = awaitMail(former, 1);
    assertThat(notice.getSubject()).isEqualTo("Your address was changed");
    assertThat(textOf(notice))
        .contains("“supporter” on books.test", "turn to books@books.test")
        .doesNotContain("ada@new.test", "https://");

    // Whoever has stolen a session loses the address, too, once there is another password.
    ada.patch("/api/me", Map.of("email", "thief@new.test")).expect(200);
    String thief = linkIn(awaitMail("thief@new.test", 1), "address");
    var change = Map.of("current", TestServer.PASSWORD, "new", "eleven green pears");
    ada.post("/api/auth/password", change).expect(204);
    server.client().post("/api/auth/confirm-email", Map.of("token", thief)).expect(404);
  }

  @Test
  void anAddressToWhichNoMailCanBeSentIsRefusedWhereItIsEntered() {
    TestClient ada = cast.supporter().client();
    assertUndeliverable(ada.patch("/api/me", Map.of("email", "łukasz@home.test")), "email");
    var channels = List.of(Map.of("kind", "mail", "target", "łukasz@home.test"));
    assertUndeliverable(
        ada.send("PUT", SETTINGS, Json.writeAsString(Map.of("channels", channels)), Map.of()),
        "channels[0].target");
    var invitation =
        Map.of(
            "creator_id", cast.creator().id(),
            "kind", "team",
            "emails", List.of("one@bücher.test", "łukasz@home.test"));
    TestClient mara = cast.creator().client();
    assertUndeliverable(mara.post("/api/invitations/mail", invitation), "emails[1]");
  }

  private static void assertUndeliverable(TestClient.Reply reply, String field) {
    JsonNode errors = reply.expect(400).body().get("errors");
    assertThat(errors).hasSize(1);
    assertThat(errors.at("/0/field").asText()).isEqualTo(field);
    assertThat(errors.at("/0/message").asText()).isEqualTo(EmailAddress.DELIVERABLE);
  }

  @Test
  void severalPeopleAreInvitedByMail() throws Exception {
    Person mara = cast.creator();
    var invitation =
        Map.of(
            "creator_id", mara.id(),
            "kind", "supporter",
            "tier_id", cast.tier(),
            "emails", List.of("one@home.test", "two@home.test", "ONE@home.test"));
    assertThat(
            mara.client()
                .post("/api/invitations/mail", invitation)
                .expect(202)
                .body()
                .get("accepted")
                .asInt())
        .isEqualTo(2);
    MimeMessage mail = awaitMail("one@home.test", 1);
    assertThat(textOf(mail)).contains("https://books.test/join#");
    assertThat(textOf(awaitMail("two@home.test", 1))).isNotEqualTo(textOf(mail));
    cast.other().client().post("/api/invitations/mail", invitation).expect(403);
    var toTeam = Map.of("creator_id", mara.id(), "kind", "team", "emails", List.of("a@home.test"));
    cast.team().client().post("/api/invitations/mail", toTeam).expect(403);
  }

  @Test
  void whatWasReadOnThePageIsNotMailedAndATestDoesNotWait() throws Exception {
    Person mara = cast.creator();
    chooseMail(mara, "mara@home.test", List.of("request_created"));
    open("/api/news/confirm", linkIn(awaitMail("mara@home.test", 1), "confirm"));
    var quiet = Map.of("from", "00:00", "to", "23:59", "time_zone", "UTC");
    setSettings(mara, "mara@home.test", List.of("request_created"), quiet);
    cast.supporter().ask(mara, "Read");
    await()
        .untilAsserted(
            () ->
                assertThat(mara.client().get("/api/notifications").body().get("items")).hasSize(1));
    mara.client().post("/api/notifications/read", Map.of("all", true)).expect(200);
    long channel = mara.client().get(SETTINGS).body().at("/channels/0/id").asLong();
    mara.client().post(SETTINGS + "/test", Map.of("channel", channel)).expect(204);
    assertThat(awaitMail("mara@home.test", 2).getSubject()).contains("erreichen dich hier");
    setSettings(mara, "mara@home.test", List.of("request_created"), null);
    cast.supporter().ask(mara, "Unread");

    assertThat(textOf(awaitMail("mara@home.test", 3))).contains("Unread").doesNotContain("“Read");

    String disabling = "UPDATE app_user SET disabled_at = 1 WHERE id = ?";
    server.database().write(tx -> tx.update(disabling, mara.id())).join();
    cast.supporter().ask(mara, "Asked of a disabled account");
    await().untilAsserted(() -> assertThat(waitingItems()).isZero());
    assertThat(mailsTo("mara@home.test")).hasSize(3);
  }

  private int waitingItems() {
    return server
        .database()
        .read(
            tx ->
                tx.query(
                        "SELECT count(*) AS amount FROM outbox_item WHERE state IN ('new', 'queued')")
                    .single(row -> row.getInt("amount")))
        .join();
  }

  /** As mail programs do it: neither JSON nor from a page. */
  private int postForm(String path) throws Exception {
    var request =
        HttpRequest.newBuilder(URI.create(server.url() + path))
            .header("Content-Type", "application/x-www-form-urlencoded")
            .POST(HttpRequest.BodyPublishers.ofString("List-Unsubscribe=One-Click"))
            .build();
    try (var client = HttpClient.newHttpClient()) {
      return client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
    }
  }

  private void chooseMail(Person person, String address, List<String> events) {
    setSettings(person, address, events, null);
  }

  private static void setSettings(
      Person person, String address, List<String> events, Map<String, String> quiet) {
    var byEvent = new HashMap<String, List<String>>();
    events.forEach(event -> byEvent.put(event, List.of("mail")));
    var settings = new HashMap<String, Object>();
    settings.put("channels", List.of(Map.of("kind", "mail", "target", address)));
    settings.put("events", byEvent);
    settings.put("digest", "off");
    settings.put("quiet", quiet);
    person.client().send("PUT", SETTINGS, Json.writeAsString(settings), GERMAN).expect(200);
  }

  private void open(String path, String token) {
    server.client().post(path, Map.of("token", token)).expect(204);
  }

  private MimeMessage awaitMail(String address, int number) {
    await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(() -> assertThat(mailsTo(address)).hasSizeGreaterThanOrEqualTo(number));
    return mailsTo(address).get(number - 1);
  }

  private List<MimeMessage> mailsTo(String address) {
    var found = new ArrayList<MimeMessage>();
    for (MimeMessage mail : mailServer.getReceivedMessages()) {
      try {
        if (Arrays.toString(mail.getRecipients(Message.RecipientType.TO)).contains(address)) {
          found.add(mail);
        }
      } catch (MessagingException e) {
        throw new IllegalStateException(e);
      }
    }
    return found;
  }

  private static String linkIn(MimeMessage mail, String name) throws Exception {
    Matcher link =
        Pattern.compile("https://books\\.test/news#" + name + "=(\\S+)").matcher(textOf(mail));
    assertThat(link.find()).as(textOf(mail)).isTrue();
    return link.group(1);
  }

  private static String textOf(MimeMessage mail) throws MessagingException {
    return partOf(mail, 0);
  }

  private static String htmlOf(MimeMessage mail) throws MessagingException {
    return partOf(mail, 1);
  }

  private static String partOf(MimeMessage mail, int index) throws MessagingException {
    try {
      return ((MimeMultipart) mail.getContent()).getBodyPart(index).getContent().toString();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
