package io.bookbell.server.notification;

import static io.bookbell.server.request.Status.APPROVED;
import static io.bookbell.server.request.Status.COMPLETED;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.bookbell.hub.UserId;
import io.bookbell.server.DomainTest;
import io.bookbell.server.http.PageRequest;
import io.bookbell.server.notification.NotificationDetails.CreatedDetails;
import io.bookbell.server.notification.NotificationDetails.PlainTextDetails;
import io.bookbell.server.notification.NotificationDetails.ReplyDetails;
import io.bookbell.server.notification.NotificationDetails.SeveralDetails;
import io.bookbell.server.notification.NotificationDetails.TitleDetails;
import io.bookbell.server.notification.NotificationService.NotificationItem;
import io.bookbell.server.request.Decision;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Notifications store facts, and turn the English texts of older ones into facts. */
class NotificationServiceTest extends DomainTest {
  private static final int OLDER = 450;

  private UserId creator;
  private UserId supporter;

  @BeforeEach
  void people() {
    creator = domain.creator("mara");
    supporter = domain.supporter(creator, "amara", 5);
  }

  @Test
  void notificationsAreStoredAndSentAsFacts() {
    long request = domain.ask(supporter, creator, "Kindred").id();
    assertThat(newest(creator))
        .returns(NotificationKind.REQUEST_CREATED, NotificationItem::kind)
        .returns(new CreatedDetails("Kindred", supporter, "amara"), NotificationItem::details)
        .returns("amara requested “Kindred”", NotificationItem::text)
        .returns("Kindred", NotificationItem::title)
        .returns("amara", NotificationItem::supporterName);

    domain.answer(creator, request, APPROVED);
    assertThat(newest(supporter))
        .returns(NotificationKind.REQUEST_APPROVED, NotificationItem::kind)
        .returns(new TitleDetails("Kindred"), NotificationItem::details)
        .returns("“Kindred” was approved", NotificationItem::text)
        .returns(null, NotificationItem::supporterName);

    domain.write(tx -> domain.features.requests.addReply(tx, creator, request, "Soon."));
    assertThat(newest(supporter))
        .returns(new ReplyDetails("Kindred", creator, "mara"), NotificationItem::details)
        .returns("mara replied to “Kindred”", NotificationItem::text)
        .returns(null, NotificationItem::supporterName);
    assertThat(new String(domain.sent.getLast().message().json(), UTF_8))
        .contains(
            "\"kind\":\"reply_added\"",
            "\"text\":\"mara replied to “Kindred”\"",
            "\"details\":{\"title\":\"Kindred\",\"actor_id\":%s,\"actor_name\":\"mara\"}"
                .formatted(creator));
  }

  @Test
  void severalAnswersAtOnceAreCounted() {
    long first = domain.ask(supporter, creator, "Kindred").id();
    long second = domain.ask(supporter, creator, "Emma").id();

    domain.write(
        tx ->
            domain.features.requests.respondToAll(
                tx,
                creator,
                creator,
                new TreeSet<>(Set.of(first, second)),
                new Decision(APPROVED, "Yes")));

    assertThat(newest(supporter))
        .returns(NotificationKind.REQUESTS_APPROVED, NotificationItem::kind)
        .returns(new SeveralDetails("Emma", 2), NotificationItem::details)
        .returns("2 of your requests were approved, including “Emma”", NotificationItem::text);
  }

  @Test
  void followersAreToldOfTheBookButNotOfTheSupporter() {
    UserId follower = domain.supporter(creator, "noor", 7);
    long request = domain.ask(supporter, creator, "Kindred").id();
    domain.write(tx -> domain.features.following.followRequest(tx, follower, request));

    domain.answer(creator, request, APPROVED);
    domain.answer(creator, request, COMPLETED);

    assertThat(newest(follower))
        .returns(NotificationKind.FOLLOWED_REQUEST_COMPLETED, NotificationItem::kind)
        .returns(new TitleDetails("Kindred"), NotificationItem::details)
        .returns("“Kindred”, which you follow, was completed", NotificationItem::text);
  }

  /** As they were stored before schema version 13, or by a node that still has that version. */
  @Test
  void notificationsOfOlderVersionsAreShownAsFactsAndTurnedIntoThemStepByStep() {
    long request = domain.ask(supporter, creator, "Kindred").id();
    addOlder(request, "new_request", "A new request");
    for (int number = 0; number < OLDER; number++) {
      addOlder(request, "request_created", "amara asks for “Kindred”");
    }
    List<NotificationItem> before = list(creator, 10_000);

    assertThat(before).hasSize(OLDER + 2);
    assertThat(before.getFirst())
        .returns(new CreatedDetails("Kindred", null, "amara"), NotificationItem::details)
        .returns("amara", NotificationItem::supporterName);
    assertThat(before)
        .extracting(NotificationItem::details)
        .contains(new PlainTextDetails("new_request", "A new request"));
    int steps = 1;
    while (domain.write(NotificationMigration::migrateBatch)) {
      steps++;
    }
    assertThat(steps).as("steps of limited size").isBetween(3, OLDER / 100);
    assertThat(list(creator, 10_000)).isEqualTo(before);
    assertThat(countWithoutDetails()).isZero();
    assertThat(domain.write(NotificationMigration::migrateBatch)).isFalse();
  }

  private void addOlder(long request, String kind, String text) {
    domain.write(
        tx -> {
          long id =
              tx.query(
                      """
                      INSERT INTO notification (creator_id, kind, request_id, text, created_at)
                      VALUES (?, ?, ?, ?, ?)
                      RETURNING id""",
                      creator,
                      kind,
                      request,
                      text,
                      tx.now())
                  .single(row -> row.getLong("id"));
          return tx.update(
              """
              INSERT INTO notification_recipient (user_id, notification_id, creator_id, as_admin)
              VALUES (?, ?, ?, TRUE)""",
              creator,
              id,
              creator);
        });
  }

  private int countWithoutDetails() {
    return domain.read(
        tx ->
            tx.query(
                    """
                    SELECT count(*) AS amount FROM notification
                    WHERE details IS NULL OR text <> ''""")
                .single(row -> row.getInt("amount")));
  }

  private NotificationItem newest(UserId user) {
    return list(user, 1).getFirst();
  }

  private List<NotificationItem> list(UserId user, int limit) {
    return domain.read(
        tx ->
            domain
                .features
                .notifications
                .list(tx, user, new PageRequest(limit, Optional.empty()))
                .items());
  }
}
