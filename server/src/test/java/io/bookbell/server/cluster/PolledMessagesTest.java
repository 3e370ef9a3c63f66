package io.bookbell.server.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.bookbell.hub.UserId;
import io.bookbell.server.Domain;
import io.bookbell.server.inbox.MessageType;
import io.bookbell.server.inbox.OutgoingMessages;
import io.bookbell.server.storage.Transaction;
import io.bookbell.server.storage.TransactionCursor;
import io.bookbell.server.support.TestDatabase;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a node finds by polling PostgreSQL. */
class PolledMessagesTest {
  @TempDir Path folder;

  private Domain domain;
  private UserId amara;
  private UserId zoe;

  @BeforeEach
  void open() {
    domain = new Domain(TestDatabase.POSTGRESQL, folder);
    amara = domain.account("amara");
    zoe = domain.account("zoe");
  }

  @AfterEach
  void close() {
    domain.close();
  }

  private boolean send(Transaction tx, UserId user) {
    var outgoingMessages = new OutgoingMessages();
    outgoingMessages.add(MessageType.QUOTA_UPDATE, Map.of(), Set.of(user));
    domain.features.inbox.append(tx, outgoingMessages);
    return true;
  }

  private static long readXid(Transaction tx, String what) {
    return tx.query("SELECT CAST(CAST(%s AS text) AS bigint) AS id".formatted(what))
        .single(row -> row.getLong("id"));
  }

  private TransactionCursor cursor() {
    return domain.read(
        tx -> new TransactionCursor(readXid(tx, "pg_snapshot_xmin(pg_current_snapshot())")));
  }

  private Map<UserId, Long> findSince(TransactionCursor cursor) {
    return domain.read(tx -> domain.features.inbox.findNewestSince(tx, cursor));
  }

  @Test
  void aTransactionThatCommitsAfterALaterOneIsFound() throws InterruptedException {
    var begun = new CompletableFuture<Long>();
    var mayCommit = new CountDownLatch(1);
    CompletableFuture<Boolean> slow =
        domain
            .database()
            .write(
                tx -> {
                  begun.complete(readXid(tx, "pg_current_xact_id()"));
                  await(mayCommit);
                  return send(tx, amara);
                })
            .toCompletableFuture();
    long older = begun.join();
    domain.write(tx -> send(tx, zoe));

    TransactionCursor next = cursor();
    assertThat(next.transactionId()).isLessThanOrEqualTo(older);
    assertThat(findSince(next)).containsOnlyKeys(zoe);
    mayCommit.countDown();
    assertThat(slow.join()).isTrue();

    assertThat(findSince(next)).containsEntry(amara, 1L).containsEntry(zoe, 1L);
    assertThat(findSince(cursor())).isEmpty();
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void idsOfAnotherPostgresFromWhichTheDatabaseWasMovedAreLeftOut() {
    TransactionCursor before = cursor();
    domain.write(tx -> send(tx, amara));
    domain.write(tx -> tx.update("UPDATE message SET xid = '1000000000'"));
    domain.write(tx -> send(tx, zoe));

    assertThat(findSince(before)).containsExactly(Map.entry(zoe, 1L));
  }
}
