package io.bookbell.server.request;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.bookbell.hub.UserId;
import io.bookbell.server.DomainTest;
import io.bookbell.server.config.ServerConfig.StorageConfig.PostgresConfig;
import io.bookbell.server.http.Problem;
import io.bookbell.server.quota.Period;
import io.bookbell.server.storage.Database;
import io.bookbell.server.storage.TimeSource;
import io.bookbell.server.storage.WriteCommand;
import io.bookbell.server.storage.postgres.PostgresDatabase;
import io.bookbell.server.storage.sql.DataAccessException;
import io.bookbell.server.storage.sql.SqlSession.ExecutedStatement;
import io.bookbell.server.support.TestDatabase;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Commands of one creator that are decided together. */
class CommandGroupTest extends DomainTest {
  private static final int MAX_GROUP_SIZE = 64;

  private final CountDownLatch release = new CountDownLatch(1);
  private final AtomicInteger begun = new AtomicInteger();
  private final List<List<String>> sent = new CopyOnWriteArrayList<>();
  private Database database;
  private UserId creator;
  private UserId supporter;

  @BeforeEach
  void open() {
    creator = domain.creator("mara");
    supporter = domain.supporter(creator, "amara", 3);
    database =
        domain.storage() instanceof PostgresConfig(String url, String user, String password)
            ? new PostgresDatabase(
                url, user, password, TimeSource.ofPostgres(), statements -> record(statements))
            : domain.database();
    if (kind == TestDatabase.SQLITE) {
      domain.listener = this::record;
    }
  }

  private void record(List<ExecutedStatement> statements) {
    if (Thread.currentThread().getName().matches("(postgres|sqlite)-writer.*")) {
      sent.add(statements.stream().map(ExecutedStatement::sql).toList());
    }
  }

  @AfterEach
  void close() {
    release.countDown();
    if (kind == TestDatabase.POSTGRESQL) {
      database.close();
    }
  }

  /**
   * Queues commands, which are decided together. On PostgreSQL the first one isn't, and the others
   * may overtake each other on their way to the queue.
   */
  private final class Queue {
    private final CompletableFuture<?> holder = holdRow();
    private final List<CompletableFuture<?>> answers = new ArrayList<>();

    <T> CompletableFuture<T> add(WriteCommand<T> command) {
      CompletableFuture<T> answer =
          database.writeCommand(
              tx -> {
                begun.incrementAndGet();
                return command.prepare(tx);
              });
      answers.add(answer);
      if (kind == TestDatabase.POSTGRESQL) {
        await()
            .pollDelay(Duration.ZERO)
            .pollInterval(Duration.ofMillis(1))
            .until(() -> begun.get() >= answers.size());
      }
      return answer;
    }

    /** Lets them run. */
    void release() throws Exception {
      sent.clear();
      release.countDown();
      holder.get(20, SECONDS);
      for (CompletableFuture<?> answer : answers) {
        answer.handle((_, _) -> true).get(20, SECONDS);
      }
    }
  }

  private CompletableFuture<?> holdRow() {
    var held = new CountDownLatch(1);
    CompletableFuture<Boolean> holder =
        domain
            .database()
            .write(
                tx -> {
                  domain.features.creators.lockCreator(tx, creator);
                  held.countDown();
                  return hasCome(release);
                });
    assertThat(hasCome(held)).isTrue();
    return holder;
  }

  private static boolean hasCome(CountDownLatch latch) {
    try {
      return latch.await(10, SECONDS);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private WriteCommand<BookRequest> create(UserId user) {
    var wanted = new NewRequest(creator, "Ulysses", "James Joyce", null, null, null);
    return tx -> domain.features.requests.prepareCreate(tx, user, wanted);
  }

  private WriteCommand<BookRequest> respond(long request, Status status) {
    return tx ->
        domain.features.requests.prepareResponse(
            tx, creator, request, new Decision(status, "a word"));
  }

  @Test
  void manyCommandsTakeFewRoundTrips() throws Exception {
    long tier = domain.tier(creator, 1, Period.NONE);
    List<UserId> users =
        IntStream.rangeClosed(0, MAX_GROUP_SIZE)
            .mapToObj(number -> domain.join(creator, domain.account("reader" + number), tier))
            .toList();

    var queue = new Queue();
    for (UserId user : users) {
      var _ = queue.add(create(user));
    }
    queue.release();

    assertThat(queue.answers).allSatisfy(answer -> assertThat(answer.get()).isNotNull());
    assertThat(users).allSatisfy(user -> assertThat(domain.used(creator, user)).isEqualTo(1));
    assertThat(domain.pending(creator)).isEqualTo(MAX_GROUP_SIZE + 1);
    assertThat(domain.breaches()).isEmpty();
    if (kind == TestDatabase.POSTGRESQL) {
      int alone = 1; // its first round trip was sent before, and waits for the creator's row
      assertThat(sent)
          .as("round trips of %d commands", MAX_GROUP_SIZE + 1)
          .hasSizeLessThanOrEqualTo(alone + 3);
      assertThat(sent.stream().flatMap(List::stream).distinct().count())
          .as("different statements")
          .isLessThanOrEqualTo(50);
    } else {
      assertThat(
              sent.stream()
                  .flatMap(List::stream)
                  .filter(sql -> !sql.startsWith("SELECT") && !sql.startsWith("WITH asked")))
          .as("statements that write what %d commands have changed", MAX_GROUP_SIZE)
          .hasSizeLessThanOrEqualTo(100);
    }
  }

  @Test
  void commandsOfSeveralCreatorsAreAnnouncedInTheOrderOfTheirNumbers() throws Exception {
    UserId other = domain.creator("zora");
    domain.join(other, supporter, domain.tier(other, 3, Period.NONE));
    var ofOther = new NewRequest(other, "Seraph", "Zora Neale Hurston", null, null, null);

    var queue = new Queue();
    for (int round = 0; round < 3; round++) {
      var _ = queue.add(create(supporter));
      var _ = queue.add(tx -> domain.features.requests.prepareCreate(tx, supporter, ofOther));
    }
    int before = domain.sent.size();
    queue.release();

    assertThat(queue.answers).allSatisfy(answer -> assertThat(answer.get()).isNotNull());
    assertThat(domain.pending(creator)).isEqualTo(3);
    assertThat(domain.pending(other)).isEqualTo(3);
    assertThat(domain.breaches()).isEmpty();
    if (kind == TestDatabase.SQLITE) { // PostgreSQL may commit those of two creators side by side
      assertThat(
              domain.sent.subList(before, domain.sent.size()).stream()
                  .map(delivery -> delivery.sequence().get(supporter))
                  .filter(Objects::nonNull))
          .hasSizeGreaterThanOrEqualTo(6)
          .isSorted();
    }
  }

  @Test
  void ofTwoCommandsThatChangeTheSameTheSecondSeesWhatTheFirstDid() throws Exception {
    domain.ask(supporter, creator, "first of three");
    long request = domain.ask(supporter, creator, "second of three").id();
    UserId other = domain.supporter(creator, "zadie", 1);
    long before = domain.head(creator);

    var queue = new Queue();
    var others = queue.add(create(other)); // runs before the group
    var third = queue.add(create(supporter));
    var fourth = queue.add(create(supporter));
    var rejected = queue.add(respond(request, Status.REJECTED));
    var approved = queue.add(respond(request, Status.APPROVED));
    var reply =
        queue.add(tx -> domain.features.requests.prepareReply(tx, supporter, request, "Please"));
    var answer = queue.add(tx -> domain.features.requests.prepareReply(tx, creator, request, "No"));
    queue.release();

    assertThat(others.get().id()).isPositive();
    int refused = count(third) + count(fourth) + count(rejected) + count(approved);
    assertThat(refused).as("the refund may come before or after the last request").isBetween(1, 2);
    assertThat(count(rejected) + count(approved)).isEqualTo(1);
    assertThat(reply.get().id()).isNotEqualTo(answer.get().id());
    assertThat(domain.read(tx -> domain.features.requests.get(tx, creator, request)).replies())
        .extracting(BookRequest.Reply::body)
        .containsExactlyInAnyOrder("Please", "No");
    assertThat(domain.head(creator)).isGreaterThan(before);
    assertThat(domain.breaches()).isEmpty();
  }

  private static int count(CompletableFuture<?> refusal) {
    return refusal.isCompletedExceptionally() ? 1 : 0;
  }

  /** They change the same membership, so only one of them can be decided at a time. */
  @Test
  void manyCommandsAboutOneSupporterCostAboutAsMuchAsOneByOne() throws Exception {
    int commands = 40;
    UserId reader = domain.supporter(creator, "reader", commands);
    List<Long> requests =
        IntStream.range(0, commands)
            .mapToObj(number -> domain.ask(reader, creator, "book " + number).id())
            .toList();

    var queue = new Queue();
    for (long request : requests) {
      var _ = queue.add(respond(request, Status.REJECTED));
    }
    queue.release();

    assertThat(queue.answers).allSatisfy(answer -> assertThat(answer.get()).isNotNull());
    assertThat(domain.used(creator, reader)).isZero();
    assertThat(domain.breaches()).isEmpty();
    assertThat(sent).as("statements or round trips").hasSizeLessThan(commands * 30);
  }

  @Test
  void commandsThatChangeTheSameAreDecidedInTheirOrder() throws Exception {
    assumeTrue(kind == TestDatabase.SQLITE, "on PostgreSQL they may overtake each other");
    UserId reader = domain.supporter(creator, "reader", 1);
    long first = domain.ask(reader, creator, "the only one").id();

    var queue = new Queue();
    var rejected = queue.add(respond(first, Status.REJECTED));
    var next = queue.add(create(reader));
    queue.release();

    assertThat(rejected.get().status()).isEqualTo(Status.REJECTED);
    assertThat(next.get().id()).as("with the quota that the rejection gave back").isPositive();
  }

  @Test
  void anAnsweredRequestIsNoLongerOpenForTheNextCommand() throws Exception {
    assumeTrue(kind == TestDatabase.SQLITE, "on PostgreSQL they may overtake each other");
    UserId reader = domain.supporter(creator, "reader", 5);
    domain.write(tx -> tx.update("UPDATE tier SET most_open = 1 WHERE requests_allowed = 5"));
    long first = domain.ask(reader, creator, "the only open one").id();

    var queue = new Queue();
    var approved = queue.add(respond(first, Status.APPROVED));
    var next = queue.add(create(reader));
    queue.release();

    assertThat(approved.get().status()).isEqualTo(Status.APPROVED);
    assertThat(next.get().id()).isPositive();
  }

  @Test
  void claimsInOppositeOrderEnd() throws Exception {
    var queue = new Queue();
    var before = queue.add(create(supporter));
    var one = queue.add(claiming("one", "other"));
    var other = queue.add(claiming("other", "one"));
    queue.release();

    assertThat(before.get().id()).isPositive();
    assertThat(List.of(one.get(), other.get())).containsOnly(true);
  }

  private WriteCommand<Boolean> claiming(String whenAsked, String whenDeciding) {
    return tx -> {
      var locked = domain.features.creators.lockCreatorLater(tx, creator);
      tx.claim(whenAsked);
      return () -> {
        var _ = locked.get();
        tx.claim(whenDeciding);
        return true;
      };
    };
  }

  @Test
  void aFailureThatAnotherCommandMeetsIsNotLost() throws Exception {
    var queue = new Queue();
    var first = queue.add(create(supporter));
    var failing =
        queue.add(
            tx -> {
              var locked = domain.features.creators.lockCreatorLater(tx, creator);
              return () -> {
                var _ = locked.get();
                tx.enqueue(
                    "INSERT INTO creator (id, name, created_at) VALUES (?, 'x', 0)", creator);
                return true;
              };
            });
    var careless =
        queue.add(
            tx -> {
              var locked = domain.features.creators.lockCreatorLater(tx, creator);
              return () -> {
                var _ = locked.get();
                try {
                  return tx.query("SELECT id FROM creator").exists();
                } catch (DataAccessException e) {
                  return false;
                }
              };
            });
    queue.release();

    assertThat(first.get().id()).isPositive();
    assertThatThrownBy(failing::get).isInstanceOf(ExecutionException.class);
    assertThat(careless.get()).isTrue();
    assertThat(domain.breaches()).isEmpty();
  }

  @Test
  void aRefusedCommandLeavesNothingBehind() throws Exception {
    UserId late = domain.supporter(creator, "late", 1);
    var queue = new Queue();
    var first = queue.add(create(supporter));
    var second = queue.add(create(supporter));
    var refused =
        queue.<BookRequest>add(
            tx -> {
              Supplier<BookRequest> decision = create(late).prepare(tx);
              return () -> {
                var _ = decision.get();
                throw Problem.conflict("refused", "Not this one.");
              };
            });
    queue.release();

    assertThat(first.get().id()).isNotEqualTo(second.get().id());
    assertThatThrownBy(refused::get).cause().isInstanceOf(Problem.class);
    assertThat(domain.used(creator, late)).isZero();
    assertThat(domain.pending(creator)).isEqualTo(2);
    assertThat(domain.breaches()).isEmpty();
  }

  @Test
  void aRefusedCommandThatHasWrittenAlreadyLeavesNothingBehind() throws Exception {
    var queue = new Queue();
    var first = queue.add(create(supporter));
    var second = queue.add(create(supporter));
    var refused =
        queue.<Boolean>add(
            tx -> {
              var locked = domain.features.creators.lockCreatorLater(tx, creator);
              return () -> {
                var _ = locked.get();
                tx.update("UPDATE creator SET notice = 'half done' WHERE id = ?", creator);
                throw Problem.conflict("refused", "Not this one.");
              };
            });
    queue.release();

    assertThat(first.get().id()).isNotEqualTo(second.get().id());
    assertThatThrownBy(refused::get).cause().isInstanceOf(Problem.class);
    assertThat(domain.read(tx -> domain.features.creators.get(tx, creator)).creator().notice())
        .isEmpty();
    assertThat(domain.breaches()).isEmpty();
  }

  /** The other one begins with a savepoint, which must not hide the failure. */
  @Test
  void aStatementThatWritesNoRowDoesNotPassBeforeAnotherKindOfCommand() throws Exception {
    var queue = new Queue();
    var first = queue.add(create(supporter));
    var failing = queue.add(updateOfNoRow());
    var others =
        database.write(
            tx -> {
              begun.incrementAndGet();
              return domain.features.creators.lockCreator(tx, creator).pendingCount();
            });
    queue.release();

    assertThat(first.get().id()).isPositive();
    assertThatThrownBy(failing::get).isInstanceOf(ExecutionException.class);
    assertThat(others.get(20, SECONDS)).isEqualTo(1);
    assertThat(domain.breaches()).isEmpty();
  }

  private WriteCommand<Boolean> updateOfNoRow() {
    return tx -> {
      var locked = domain.features.creators.lockCreatorLater(tx, creator);
      return () -> {
        var _ = locked.get();
        tx.enqueueForOneRow("UPDATE creator SET name = name WHERE id = ?", -1L);
        return true;
      };
    };
  }

  @Test
  void aStatementThatFailsConcernsOnlyItsCommand() throws Exception {
    UserId other = domain.supporter(creator, "zadie", 2);
    var queue = new Queue();
    var first = queue.add(create(supporter));
    var before = queue.add(create(supporter));
    var failing = queue.add(updateOfNoRow());
    var after = queue.add(create(other));
    queue.release();

    assertThat(List.of(first, before, after))
        .allSatisfy(answer -> assertThat(answer.get().id()).isPositive());
    assertThatThrownBy(failing::get).isInstanceOf(ExecutionException.class);
    assertThat(domain.pending(creator)).isEqualTo(3);
    assertThat(domain.breaches()).isEmpty();
  }
}
