package io.bookbell.server.quota;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bookbell.hub.UserId;
import io.bookbell.server.DomainTest;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What the database itself refuses to store about quotas and requests, whatever the program does:
 * by constraints on SQLite, by triggers on PostgreSQL.
 */
class DatabaseConstraintsTest extends DomainTest {
  private static final String LINE_OF_REQUEST = " WHERE kind = 'consume'";

  @BeforeEach
  void askOnce() {
    UserId creator = domain.creator("mara");
    UserId supporter = domain.supporter(creator, "amara", 3);
    domain.ask(supporter, creator, "Ulysses");
  }

  @Test
  void aLineOfTheLedgerThatBreaksARuleIsRefused() {
    List.of(
            "kind = 'other'",
            "amount = 0",
            "amount = 2",
            "amount = -1",
            "used_after = -1",
            "used_after = 4",
            "allowed = -1",
            "counter = 'other'",
            "request_id = NULL",
            "kind = 'grant'",
            "kind = 'lapse'",
            "kind = 'import'",
            "kind = 'import', request_id = NULL, amount = -1",
            "kind = 'carry', amount = -2",
            "kind = 'expire', amount = -2")
        .forEach(change -> assertRefused("UPDATE quota_ledger SET " + change + LINE_OF_REQUEST));
  }

  @Test
  void aLineOfTheLedgerMayBeAnythingElse() {
    List.of(
            "used_after = 3, counter = 'legacy'",
            "allowed = NULL, used_after = 9",
            "kind = 'refund', used_after = 9",
            "kind = 'carry', amount = -1",
            "kind = 'grant', request_id = NULL, amount = -7",
            "kind = 'lapse', request_id = NULL, amount = 7",
            "kind = 'import', request_id = NULL, amount = 7",
            "kind = 'expire', amount = -1",
            "kind = 'expire', request_id = NULL, amount = -7")
        .forEach(change -> assertAllowed("UPDATE quota_ledger SET " + change + LINE_OF_REQUEST));
  }

  @Test
  void aRequestThatBreaksARuleIsRefused() {
    List.of(
            "status = 'lost'",
            "status = 'rejected'",
            "status = 'cancelled'",
            "refunded = TRUE",
            "revision = 0",
            "reply_count = -1",
            "cover_id = 0")
        .forEach(change -> assertRefused("UPDATE book_request SET " + change));
    List.of(
            "status = 'rejected', refunded = TRUE",
            "status = 'cancelled', refunded = TRUE",
            "status = 'approved'",
            "status = 'completed', revision = 2, reply_count = 1, cover_id = 1")
        .forEach(change -> assertAllowed("UPDATE book_request SET " + change));
  }

  private void assertRefused(String update) {
    assertThatThrownBy(() -> domain.write(tx -> tx.update(update))).as(update).isNotNull();
  }

  /** Takes it back again. */
  private void assertAllowed(String update) {
    assertThatThrownBy(
            () ->
                domain.write(
                    tx -> {
                      assertThat(tx.update(update)).as(update).isEqualTo(1);
                      throw new TakenBackException();
                    }))
        .as(update)
        .isInstanceOf(TakenBackException.class);
  }

  private static final class TakenBackException extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }
}
