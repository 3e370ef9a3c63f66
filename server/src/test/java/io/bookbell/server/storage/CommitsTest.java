package io.bookbell.server.storage;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.bookbell.hub.UserId;
import io.bookbell.server.Domain;
import io.bookbell.server.DomainTest;
import io.bookbell.server.http.Problem;
import io.bookbell.server.quota.Period;
import io.bookbell.server.request.NewRequest;
import io.bookbell.server.support.TestDatabase;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Commands of one creator share commits, without any effect but speed. */
class CommitsTest extends DomainTest {
  private static final int MANY = 64;

  /** The most transactions that the queued commands may take together. */
  private static final int FEW = 8;

  private final CountDownLatch release = new CountDownLatch(1);
  private final AtomicInteger begun = new AtomicInteger();
  private UserId creator;
  private UserId member;
  private Domain elsewhere;

  @BeforeEach
  void people() {
    creator = domain.creator("mara");
    member = domain.teamMember(creator, "ines");
    elsewhere = domain.process();
    domain.sent.clear();
  }

  @AfterEach
  void close() {
    release.countDown();
    elsewhere.close();
  }

  @Test
  void manyAtOnceShareCommitsAndEachIsAnsweredForItself() throws Exception {
    long tier = domain.tier(creator, 1, Period.NONE);
    var askers = new ArrayList<UserId>();
    for (int number = 0; number < MANY; number++) {
      askers.add(domain.join(creator, domain.account("reader" + number), tier));
    }
    domain.sent.clear();
    long before = domain.head(creator);

    CompletableFuture<?> holder = holdRow(elsewhere);
    var answers = askers.stream().map(asker -> later(tx -> ask(tx, asker, askers))).toList();
    await().until(() -> begun.get() >= MANY || domain.database().productName().equals("SQLite"));
    release.countDown();
    holder.get(20, SECONDS);

    var transactions = new ArrayList<Long>();
    for (int number = 0; number < MANY; number++) {
      int each = number;
      answers.get(each).handle((id, failure) -> id == null ? null : transactions.add(id)).join();
      assertThat(answers.get(each).isCompletedExceptionally()).isEqualTo(each % 4 == 3);
    }
    if (kind == TestDatabase.POSTGRESQL) {
      assertThat(transactions.stream().distinct().count()).isBetween(1L, (long) FEW);
    }
    int done = MANY * 3 / 4;
    assertThat(domain.pending(creator)).isEqualTo(done);
    assertThat(domain.head(creator)).isEqualTo(before + 3L * done);
    assertThat(domain.sent.stream().flatMap(sent -> numbersOf(member, sent.sequence()).stream()))
        .as("in the order of commits, none missing")
        .hasSize(3 * done)
        .isSorted();
    assertThat(domain.breaches()).isEmpty();
  }

  private static List<Long> numbersOf(UserId user, Map<UserId, Long> numbers) {
    return numbers.containsKey(user) ? List.of(numbers.get(user)) : List.of();
  }

  /** Queues more commands than there are connections. */
  @Test
  void commandsOfAnotherCreatorDoNotQueueBehindThem() throws Exception {
    if (kind == TestDatabase.SQLITE) {
      return; // it has one writer for all
    }
    UserId supporter = domain.supporter(creator, "amara", 40);
    UserId other = domain.creator("other");
    UserId reader = domain.supporter(other, "reader", 1);

    CompletableFuture<?> holder = holdRow(elsewhere);
    var waiting = new ArrayList<CompletableFuture<?>>();
    for (int number = 0; number < 40; number++) {
      waiting.add(later(tx -> ask(tx, supporter)));
    }
    await().until(() -> begun.get() >= 40);
    var request = new NewRequest(other, "Emma", "Jane Austen", null, null, null);
    domain
        .database()
        .write(tx -> domain.features.requests.create(tx, reader, request))
        .get(3, SECONDS);

    assertThat(waiting).noneMatch(CompletableFuture::isDone);
    release.countDown();
    holder.get(20, SECONDS);
    assertThat(waiting).allSatisfy(each -> assertThat(each.get(20, SECONDS)).isNotNull());
    assertThat(domain.used(creator, supporter)).isEqualTo(40);
  }

  /** Holds the creator's row, or SQLite's writer, until it is released. */
  private CompletableFuture<?> holdRow(Domain node) throws InterruptedException {
    var held = new CountDownLatch(1);
    CompletableFuture<Boolean> holder =
        node.database()
            .write(
                tx -> {
                  node.features.creators.lockCreator(tx, creator);
                  held.countDown();
                  return hasCome(release);
                });
    assertThat(held.await(20, SECONDS)).isTrue();
    return holder;
  }

  private static boolean hasCome(CountDownLatch latch) {
    try {
      return latch.await(4, SECONDS);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Runs the command and returns the id of its transaction. */
  private CompletableFuture<Long> later(Function<Transaction, ?> command) {
    return domain
        .database()
        .write(
            tx -> {
              begun.incrementAndGet();
              var _ = command.apply(tx);
              return kind == TestDatabase.SQLITE
                  ? 1L
                  : tx.query("SELECT CAST(CAST(pg_current_xact_id() AS text) AS bigint) AS id")
                      .single(row -> row.getLong("id"));
            });
  }

  /** Makes a request; every fourth one is refused after its rows were written. */
  private Object ask(Transaction tx, UserId supporter, List<UserId> askers) {
    Object request = ask(tx, supporter);
    if (askers.indexOf(supporter) % 4 == 3) {
      throw Problem.conflict("refused", "Not this one.");
    }
    return request;
  }

  private Object ask(Transaction tx, UserId supporter) {
    var wanted = new NewRequest(creator, "Ulysses", "James Joyce", null, null, null);
    return domain.features.requests.create(tx, supporter, wanted);
  }
}
