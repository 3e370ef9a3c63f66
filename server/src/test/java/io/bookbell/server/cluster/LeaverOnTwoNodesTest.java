package io.bookbell.server.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.bookbell.hub.UserId;
import io.bookbell.server.Cast.Person;
import io.bookbell.server.Services;
import io.bookbell.server.TestServer;
import io.bookbell.server.http.KeyScope;
import io.bookbell.server.outbox.NewsEvent;
import io.bookbell.server.outbox.NewsKind;
import io.bookbell.server.outbox.NewsTargetStore.NewTarget;
import io.bookbell.server.support.SoftPasskey;
import io.bookbell.server.support.TestClient;
import io.bookbell.server.support.TestClient.Reply;
import io.bookbell.server.support.TestSocket;
import io.bookbell.server.support.TestStream;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/**
 * A team member leaves on bad terms: what they have open, and what they have prepared, ends on
 * every node, without Redis.
 */
class LeaverOnTwoNodesTest extends PeopleOnTwoNodes {
  /** An invitation of a supporter; returns its token. */
  private String invite(TestClient by) {
    var terms =
        Map.of("creator_id", cast.creator().id(), "kind", "supporter", "tier_id", cast.tier());
    Reply made = by.post("/api/invitations", terms).expect(201);
    return made.body().get("url").asText().replaceFirst(".*#", "");
  }

  private static Reply join(Person person, String token) {
    return elsewhere(person).post("/api/auth/accept", Map.of("token", token));
  }

  /**
   * A team member leaves on bad terms, with open devices on both nodes: the creator takes them out
   * of the team, and the operator disables the account.
   */
  @Test
  void aRemovedMembersDevicesAndProgramsLoseAccessOnBothNodes() {
    Person member = cast.team();
    TestClient phone = second.client().signIn(member.email(), TestServer.PASSWORD);
    TestClient tablet = second.client().signIn(member.email(), TestServer.PASSWORD);
    TestClient program = first.withKey(member.id(), KeyScope.READ, KeyScope.WRITE);
    var there = new TestClient(second.url(), program.token());
    try (TestSocket laptop = open(member);
        TestSocket here = member.client().connect(member.id());
        TestSocket bot = there.connect(member.id());
        TestStream stream = TestStream.open(phone, "")) {
      here.await("initial_data");
      bot.await("initial_data");
      String position = stream.await("initial_data").id().orElseThrow();

      creator.delete("/api/team/" + member.id() + of).expect(204);
      long after = cast.supporter().ask(cast.creator(), "After");
      for (TestSocket socket : new TestSocket[] {laptop, here, bot}) {
        socket.await("the end", hasRole("none"));
      }
      assertThat(stream.await("access_changed").data().get("role").asText()).isEqualTo("none");
      for (TestClient device : new TestClient[] {member.client(), phone, tablet, there}) {
        device.get("/api/book-requests/" + after).expect(404);
      }

      CompletableFuture<Reply> poll =
          tablet.getLater("/api/messages?wait=55&since=" + lastOf(here, position));
      await().until(() -> isPolling(second));
      order(member, "/disable").expect(200);

      for (TestSocket socket : new TestSocket[] {laptop, here, bot}) {
        assertThat(socket.awaitClosed()).isEqualTo(ENDED);
        assertThat(socket.messages())
            .noneMatch(message -> message.at("/book_request/id").asLong() == after);
      }
      assertThat(stream.await("close").data().get("code").asInt()).isEqualTo(ENDED);
      poll.join().expect(401);
    }
    for (TestClient device : new TestClient[] {member.client(), phone, tablet, there, program}) {
      device.get("/api/me").expect(401);
    }
    signInElsewhere(member).expect(403);
    assertThat(order(member, "/reset").expect(409).code()).isEqualTo("account_disabled");
  }

  /** The leaver may still end the mails that they get, and nothing else. */
  @Test
  void aRemovedMembersInvitationsAndMailsEndOnBothNodes() {
    Person member = cast.team();
    TestClient laptop = first.client().signIn(member.email(), TestServer.PASSWORD);
    var passkey = new SoftPasskey();
    passkey.addTo(laptop, first.url());
    passkey.signIn(second.client(), second.url()).expect(200);
    String invitation = invite(elsewhere(member));
    String mails = receiveMails(member);
    cast.supporter().ask(cast.creator(), "Before");
    assertThat(countMails(mails)).isEqualTo(1);

    creator.delete("/api/team/" + member.id() + of).expect(204);

    join(cast.stranger(), invitation).expect(404);
    cast.supporter().ask(cast.creator(), "After");
    assertThat(countMails(mails)).isEqualTo(1);
    passkey.signIn(second.client(), second.url()).expect(200); // it is still their own account
    order(member, "/disable").expect(200);
    assertThat(passkey.signIn(second.client(), second.url()).expect(403).code())
        .isEqualTo("account_disabled");

    Reply unsubscribed =
        second.client().post("/api/news/unsubscribe", Map.of("token", mails)).expect(204);
    assertThat(unsubscribed.raw().headers().firstValue("Set-Cookie")).isEmpty();
    second.client().post("/api/news/confirm", Map.of("token", mails)).expect(204);
    assertThat(countSubscriptions(mails)).as("a confirmed address gets nothing back").isZero();
    order(member, "/enable").expect(200);
    passkey.signIn(second.client(), second.url()).expect(200);
    join(cast.stranger(), invitation).expect(404);
  }

  /** Mails about requests, at an address that is confirmed; returns the token in the mails. */
  private static String receiveMails(Person person) {
    var services = new Services(Services.ClientNotifier.noOp());
    return first
        .database()
        .write(
            tx -> {
              var user = new UserId(person.id());
              var target =
                  services.newsTargets.create(
                      tx, NewTarget.channel(user, NewsKind.MAIL, person.email(), "{}", true));
              services.newsTargets.replaceEvents(tx, target, Set.of(NewsEvent.REQUEST_CREATED));
              return target.token();
            })
        .join();
  }

  private static int countMails(String token) {
    return count(
        "SELECT count(*) AS amount FROM outbox_item i JOIN news_target t ON t.id = i.target_id"
            + " WHERE t.token = ?",
        token);
  }

  private static int countSubscriptions(String token) {
    return count(
        "SELECT count(*) AS amount FROM news_subscription s"
            + " JOIN news_target t ON t.id = s.target_id WHERE t.token = ?",
        token);
  }

  private static int count(String sql, String token) {
    return first
        .database()
        .read(tx -> tx.query(sql, token).single(row -> row.getInt("amount")))
        .join();
  }

  /** The position behind the last message, so that a poll waits. */
  private static String lastOf(TestSocket socket, String position) {
    JsonNode last = socket.await("the end", hasRole("none"));
    return position.replaceFirst(":.*", ":") + last.get("seq").asLong();
  }

  private static boolean isPolling(TestServer server) {
    return server
        .client()
        .get("/metrics")
        .raw()
        .body()
        .lines()
        .anyMatch("bookbell_transport_connections{transport=\"long_poll\"} 1.0"::equals);
  }
}
