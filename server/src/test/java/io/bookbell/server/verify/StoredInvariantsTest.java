package io.bookbell.server.verify;

import static io.bookbell.server.request.Status.REJECTED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.bookbell.hub.UserId;
import io.bookbell.server.DomainTest;
import io.bookbell.server.storage.sql.DataAccessException;
import io.bookbell.server.support.TestDatabase;
import io.bookbell.server.verify.InvariantVerifier.InvariantViolation;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * States that the schema itself rejects, and those that {@code bookbell verify} finds if somebody
 * has bypassed both the code and the schema.
 */
class StoredInvariantsTest extends DomainTest {
  private UserId creator;
  private UserId supporter;
  private long rejected;
  private long open;

  @BeforeEach
  void history() {
    creator = domain.creator("mara");
    supporter = domain.supporter(creator, "amara", 2);
    rejected = domain.ask(supporter, creator, "Ulysses").id();
    domain.answer(creator, rejected, REJECTED);
    open = domain.ask(supporter, creator, "Emma").id();
    assertThat(domain.breaches()).isEmpty();
  }

  @Test
  void theSchemaRefusesWhatMustNotBe() {
    refusedBySchema(
        "insert into quota_ledger (creator_id, user_id, kind, amount, request_id, period_key,"
            + " used_after, allowed, actor_id, created_at) select creator_id, user_id, kind,"
            + " amount, request_id, period_key, used_after, allowed, actor_id, created_at from"
            + " quota_ledger where kind = 'refund'");
    refusedBySchema("update quota_ledger set used_after = 3 where kind = 'consume'");
    refusedBySchema("update quota_ledger set used_after = -1");
    refusedBySchema("update quota_ledger set amount = 2 where kind = 'refund'");
    refusedBySchema("update membership set used = -1");
    refusedBySchema("update creator set pending_count = -1");
    refusedBySchema("update book_request set status = 'lost'");
    refusedBySchema("update book_request set refunded = false where status = 'rejected'");
    refusedBySchema("update book_request set user_id = creator_id");
    refusedBySchema(
        "insert into inbox (user_id, seq, message_id) select user_id, seq, message_id from inbox");
    refusedBySchema("update inbox_head set floor = seq + 1");
    refusedBySchema("update app_user set email = 'Capital@test.example' where id = " + creator);
    refusedBySchema(
        "insert into team_member (creator_id, user_id, created_at) values (%s, %s, 0)"
            .formatted(creator, creator));
    assertThat(domain.breaches()).isEmpty();
  }

  @Test
  void aCountThatTheLedgerDoesNotBearOutIsFound() {
    write("update membership set used = used + 1");
    found(1, "used is 2, the ledger says 1");
  }

  @Test
  void aGrantThatTheLedgerDoesNotBearOutIsFound() {
    write("update membership set granted = 7");
    found(1, "granted is 7, the ledger says 0");
  }

  @Test
  void aConsumptionWithoutItsLineIsFound() {
    write("delete from quota_ledger where kind = 'consume' and request_id = " + open);
    found(1, "request " + open + " was taken from the quota 0 times");
  }

  @Test
  void aLineThatCountsWronglyIsFound() {
    write("update quota_ledger set used_after = 2 where kind = 'consume' and request_id = " + open);
    found(1, "used 1 of 2, the line says 2");
  }

  @Test
  void aRefundThatIsMissingIsFound() {
    write("delete from quota_ledger where kind = 'refund'");
    found(2, "request " + rejected + " is rejected and was refunded 0 times");
  }

  @Test
  void aRefundOfAnOpenRequestIsFound() {
    write("update quota_ledger set request_id = " + open + " where kind = 'refund'");
    found(2, "request " + open + " is pending and was refunded 1 times");
  }

  @Test
  void aChangeWithoutItsMessageIsFound() {
    write("update book_request set revision = revision + 1 where id = " + open);
    found(3, "request " + open);
  }

  @Test
  void aMessageThatNobodyGetsIsFound() {
    write("insert into message (body, created_at) values ('{}', 0)");
    found(3, "is in nobody's inbox");
  }

  @Test
  void aReplyCountThatIsOffIsFound() {
    write("update book_request set reply_count = 2 where id = " + open);
    found(3, "request " + open + " has 0 replies and counts 2");
  }

  @Test
  void aPendingCountThatIsOffIsFound() {
    write("update creator set pending_count = 5");
    found(3, "counts 5 pending requests, there are 1");
  }

  @Test
  void aCountByStatusThatIsOffIsFound() {
    write("update request_count set amount = 3 where status = 'pending'");
    found(3, "counts as pending: 3 requests, there are 1");
  }

  @Test
  void aCountByStatusThatIsMissingIsFound() {
    write("delete from request_count where status = 'pending'");
    found(3, "counts as pending: 0 requests, there are 1");
  }

  @Test
  void aGapInAnInboxIsFound() {
    write("delete from inbox where user_id = " + supporter + " and seq = 3");
    found(4, "the inbox of user " + supporter);
  }

  /** SQLite has a constraint against it. */
  @Test
  void aNumberWithoutItsMessageIsFound() {
    assumeThat(kind).isEqualTo(TestDatabase.POSTGRESQL);
    write("delete from message where request_id = " + open);
    found(4, "in the inbox of user " + supporter + " has no message");
  }

  @Test
  void anInboxThatEndsTooEarlyIsFound() {
    write("update inbox_head set seq = seq + 1 where user_id = " + supporter);
    found(4, "the inbox of user " + supporter);
  }

  @Test
  void aRemovedAccountThatTakesPartIsFound() {
    write("update app_user set removed_at = 0 where id = " + supporter);
    found(
        10,
        "removed user %s has 1 memberships, 0 teams, 0 sessions, 0 keys, 0 passkeys and identities, 1 open requests"
            .formatted(supporter));
  }

  private void refusedBySchema(String statement) {
    assertThatThrownBy(() -> write(statement))
        .as(statement)
        .isInstanceOf(DataAccessException.class)
        .hasMessageContaining("constraint");
  }

  private void write(String statement) {
    domain.write(tx -> tx.update(statement));
  }

  private void found(int invariant, String words) {
    assertThat(domain.breaches())
        .as("breaches")
        .anySatisfy(
            (InvariantViolation invariantViolation) -> {
              assertThat(invariantViolation.invariant()).isEqualTo(invariant);
              assertThat(invariantViolation.detail()).contains(words);
            });
  }
}
