package io.bookbell.server.membership;

import static org.assertj.core.api.Assertions.assertThat;

import io.bookbell.hub.UserId;
import io.bookbell.server.DomainTest;
import io.bookbell.server.membership.SourceException.SourceProblem;
import io.bookbell.server.membership.SourceService.TierMapping;
import io.bookbell.server.membership.SourceStore.ConnectedSource;
import io.bookbell.server.quota.Period;
import io.bookbell.server.storage.Transaction;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Nobody loses a tier because a service can't be read, or because its secret was lost. */
class UnreadableSourceTest extends DomainTest {
  private static final String KOFI = "kofi";
  private static final Duration MONTH = Duration.ofDays(31);

  private final SourceSecrets secrets = new SourceSecrets();
  private UserId creator;
  private UserId reader;
  private long gold;
  private SourceWorker worker;

  @BeforeEach
  void open() {
    creator = domain.creator("ada");
    reader = domain.account("reader");
    gold = domain.tier(creator, 9, Period.NONE);
    var sync =
        new SourceSync(
            domain.database(), domain.features.reconciler, domain.features.sources::recordFailure);
    worker =
        new SourceWorker(
            domain.database(), domain.features.reconciler, sync, Map.of());
  }

  @AfterEach
  void close() {
    worker.close();
    assertThat(domain.breaches()).isEmpty();
  }

  @Test
  void theCreatorIsToldOnceOfALostSecretAndTheMembersHaveTimeForAnotherPayment() {
    connect(KOFI, null);
    pay("reader", "Gold");
    map(KOFI, Map.of("Gold", gold), 0);
    assertThat(tierOf(reader)).contains(gold);

    run(tx -> tx.update("DELETE FROM source_secret"));
    worker.runSteps();
    domain.passes(MONTH.multipliedBy(2));
    worker.runSteps();
    assertThat(source(KOFI).problem()).isEqualTo(SourceProblem.REVOKED);
    assertThat(domain.<Integer>read(tx -> domain.features.notifications.countUnread(tx, creator)))
        .isEqualTo(1);
    assertThat(tierOf(reader)).contains(gold);

    connect(KOFI, null);
    worker.runSteps();
    assertThat(source(KOFI).problem()).isNull();
    assertThat(tierOf(reader)).as("what was paid meanwhile isn't known").contains(gold);
    domain.passes(Duration.ofDays(36));
    worker.runSteps();
    assertThat(tierOf(reader)).as("no payment has come").isEmpty();
  }

  @Test
  void anotherTokenForAConnectionThatWorksGivesNobodyMoreTime() {
    connect(KOFI, null);
    pay("reader", "Gold");
    map(KOFI, Map.of("Gold", gold), 0);
    domain.passes(MONTH.minusDays(1));
    connect(KOFI, null);
    domain.passes(Duration.ofDays(2));
    worker.runSteps();
    assertThat(tierOf(reader)).isEmpty();
  }

  private void connect(String name, Instant firstSync) {
    run(
        tx -> {
          domain.features.sources.connect(tx, creator, creator, name, "id", "Ada", firstSync);
          secrets.store(tx, creator, name, "secret");
        });
  }

  private void map(String name, Map<String, Long> tiers, int graceDays) {
    run(
        tx ->
            domain.features.sources.configure(
                tx,
                creator,
                creator,
                name,
                tiers.entrySet().stream()
                    .map(each -> new TierMapping(each.getKey(), each.getValue()))
                    .toList(),
                Optional.of(graceDays)));
    worker.runSteps();
  }

  /** A payment for a month, at Ko-fi. */
  private void pay(String name, String tier) {
    run(tx -> pay(tx, name, tier));
  }

  private boolean pay(Transaction tx, String name, String tier) {
    String email = name + "@test.example";
    var paid =
        new ExternalMember(
            ExternalMember.idOf(email),
            Optional.of(email),
            MemberState.ACTIVE,
            Set.of(tier),
            Optional.of(tx.now().plus(MONTH)));
    domain.features.sources.receive(
        tx, creator, KOFI, List.of(new ExternalTier(tier, tier, 0)), paid.id(), _ -> List.of(paid));
    return true;
  }

  private ConnectedSource source(String name) {
    return domain
        .read(tx -> domain.features.sources.find(tx, creator, creator, name))
        .orElseThrow()
        .source();
  }

  private Optional<Long> tierOf(UserId user) {
    return domain.read(tx -> domain.features.followedTiers.findTier(tx, creator, user));
  }

  private void run(Consumer<Transaction> command) {
    domain.write(
        tx -> {
          command.accept(tx);
          return true;
        });
  }
}
