package io.bookbell.server.request;

import static org.assertj.core.api.Assertions.assertThat;

import io.bookbell.hub.UserId;
import io.bookbell.server.Domain;
import io.bookbell.server.DomainTest;
import io.bookbell.server.http.Problem;
import io.bookbell.server.quota.Period;
import io.bookbell.server.storage.Transaction;
import io.bookbell.server.support.TestDatabase;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Concurrent commands: counts stay exact and sequences have no gaps. */
class RaceTest extends DomainTest {

  @Test
  void fortyRequestsAtOnceNeverExceedAQuotaOfFive() {
    UserId creator = domain.creator("mara");
    UserId supporter = domain.supporter(creator, "amara", 5);

    List<Optional<String>> outcomes =
        atOnce(
            IntStream.range(0, 40)
                .mapToObj(
                    number ->
                        command(
                            tx ->
                                domain.features.requests.create(
                                    tx, supporter, book(creator, "Book " + number))))
                .toList());

    assertThat(outcomes).filteredOn(Optional::isEmpty).hasSize(5);
    assertThat(outcomes)
        .filteredOn(Optional::isPresent)
        .containsOnly(Optional.of("quota_exhausted"));
    assertThat(domain.used(creator, supporter)).isEqualTo(5);
    assertThat(domain.pending(creator)).isEqualTo(5);
    assertWhole(creator, supporter);
  }

  @Test
  void twentyRejectTheSameRequestAtOnce() {
    UserId creator = domain.creator("mara");
    UserId supporter = domain.supporter(creator, "amara", 5);
    List<UserId> admins =
        IntStream.range(0, 20)
            .mapToObj(number -> domain.teamMember(creator, "m" + number))
            .toList();
    Domain otherNode = domain.node();
    long request = domain.ask(supporter, creator, "Ulysses").id();
    domain.ask(supporter, creator, "Emma");

    List<Optional<String>> outcomes =
        atOnce(
            admins.stream()
                .map(
                    admin -> {
                      Domain node = admin.value() % 2 == 0 ? domain : otherNode;
                      return command(
                          tx ->
                              node.features.requests.respondToRequest(
                                  tx, admin, request, new Decision(Status.REJECTED, "no")));
                    })
                .toList());

    assertThat(outcomes).filteredOn(Optional::isEmpty).hasSize(1);
    assertThat(outcomes)
        .filteredOn(Optional::isPresent)
        .containsOnly(Optional.of("invalid_transition"));
    assertThat(domain.used(creator, supporter)).isEqualTo(1);
    assertWhole(
        Stream.concat(admins.stream(), Stream.of(creator, supporter)).toArray(UserId[]::new));
  }

  /** Two creators with shared supporters, one of them in the other's team, on two nodes. */
  @Test
  void randomCommandsAtOnceLeaveTheDataSound() {
    long seed = Long.getLong("seed", System.nanoTime());
    System.out.println("RaceTest: -Dseed=" + seed);
    var random = new Random(seed);
    UserId first = domain.creator("first");
    UserId second = domain.creator("second");
    UserId member = domain.teamMember(first, "member");
    domain.write(
        tx ->
            domain.features.team.addMember(
                tx, first, domain.features.creators.lockCreator(tx, first), second));
    var people = new ArrayList<UserId>();
    for (int number = 0; number < 4; number++) {
      UserId supporter = domain.supporter(first, "reader" + number, 4 + number);
      people.add(domain.join(second, supporter, domain.tier(second, 20 + number, Period.NONE)));
    }
    var crowd = new Crowd(random, List.of(first, second), member, people);

    try (Domain otherProcess = domain.process()) {
      for (int round = 0; round < 5; round++) {
        List<Optional<String>> outcomes = atOnce(crowd, List.of(domain, otherProcess), 60);
        assertThat(outcomes.stream().flatMap(Optional::stream).distinct())
            .as("seed %s", seed)
            .isSubsetOf("quota_exhausted", "invalid_transition", "not_found", "forbidden");
      }
      domain.sent.addAll(otherProcess.sent);
    }

    people.addAll(List.of(first, second, member));
    assertWhole(people.toArray(UserId[]::new));
    domain.close(); // PostgreSQL publishes a connection's statistics only when it closes
    assertThat(TestDatabase.deadlocks(domain.storage())).isZero();
  }

  private List<Optional<String>> atOnce(Crowd crowd, List<Domain> nodes, int commands) {
    var under = new ArrayList<CompletableFuture<Optional<String>>>();
    for (int number = 0; number < commands; number++) {
      Domain node = nodes.get(number % nodes.size());
      under.add(outcome(node, crowd.next(node)));
    }
    return under.stream().map(CompletableFuture::join).toList();
  }

  private record Crowd(
      Random random, List<UserId> creators, UserId member, List<UserId> supporters) {
    Function<Transaction, ?> next(Domain node) {
      UserId supporter = any(supporters);
      UserId creator = any(creators);
      UserId admin = random.nextInt(3) == 0 ? member : creator;
      long request = 1L + random.nextInt(80);
      Status status = any(List.of(Status.APPROVED, Status.REJECTED, Status.COMPLETED));
      return switch (random.nextInt(8)) {
        case 0, 1, 2 -> tx -> node.features.requests.create(tx, supporter, book(creator, "A book"));
        case 3, 4 ->
            tx ->
                node.features.requests.respondToRequest(
                    tx, admin, request, new Decision(status, null));
        case 5 -> tx -> node.features.requests.cancelRequest(tx, supporter, request);
        case 6 -> tx -> node.features.requests.addReply(tx, supporter, request, "a word");
        default ->
            tx ->
                node.features.supporters.grantRequests(
                    tx, creator, creator, supporter, 1, "thanks");
      };
    }

    private <T> T any(List<T> list) {
      return list.get(random.nextInt(list.size()));
    }
  }

  private static NewRequest book(UserId creator, String title) {
    return new NewRequest(creator, title, "Somebody", null, null, null);
  }

  private static Function<Transaction, ?> command(Function<Transaction, ?> command) {
    return command;
  }

  /** The error code of each refused command; empty for commands that succeeded. */
  private List<Optional<String>> atOnce(List<? extends Function<Transaction, ?>> commands) {
    var under = commands.stream().map(command -> outcome(domain, command)).toList();
    return under.stream().map(CompletableFuture::join).toList();
  }

  private static CompletableFuture<Optional<String>> outcome(
      Domain node, Function<Transaction, ?> command) {
    return node.database()
        .write(
            tx -> {
              var _ = command.apply(tx);
              return Optional.<String>empty();
            })
        .exceptionally(
            failure -> {
              Problem problem =
                  Problem.findIn(failure).orElseThrow(() -> new CompletionException(failure));
              return Optional.of(problem.errorCode());
            });
  }

  private void assertWhole(UserId... users) {
    assertThat(domain.breaches()).isEmpty();
    for (UserId user : users) {
      var numbers = new ArrayList<Long>();
      domain.sent.forEach(
          delivery -> Optional.ofNullable(delivery.sequence().get(user)).ifPresent(numbers::add));
      long head = domain.head(user);
      assertThat(domain.inboxTypes(user)).as("inbox of %s", user).hasSize((int) head);
      assertThat(new HashSet<>(numbers)).as("each number was sent once").hasSameSizeAs(numbers);
    }
  }
}
