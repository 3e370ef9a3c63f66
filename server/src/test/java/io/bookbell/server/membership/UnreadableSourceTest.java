package io.bookbell.server.membership;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.bookbell.hub.UserId;
import io.bookbell.server.Domain;
import io.bookbell.server.DomainTest;
import io.bookbell.server.account.AccountStore.NewAccount;
import io.bookbell.server.membership.SourceException.SourceProblem;
import io.bookbell.server.membership.SourceService.TierMapping;
import io.bookbell.server.membership.SourceStore.ConnectedSource;
import io.bookbell.server.quota.Period;
import io.bookbell.server.storage.Transaction;
import io.bookbell.server.storage.sql.SqlListener;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Nobody loses a tier because a service can't be read or its secret was lost, and members are
 * recognised whenever there is an account for them.
 */
class UnreadableSourceTest extends DomainTest {
  private static final String KOFI = "kofi";
  private static final String PATREON = "patreon";
  private static final Duration MONTH = Duration.ofDays(31);

  private final SwitchableSource patreon = new SwitchableSource();
  private final SourceSecrets secrets = new SourceSecrets();
  private UserId creator;
  private UserId reader;
  private long silver;
  private long gold;
  private SourceSync sync;
  private SourceWorker worker;

  @BeforeEach
  void open() {
    creator = domain.creator("ada");
    reader = domain.account("reader");
    silver = domain.tier(creator, 1, Period.NONE);
    gold = domain.tier(creator, 9, Period.NONE);
    sync =
        new SourceSync(
            domain.database(), domain.features.reconciler, domain.features.sources::recordFailure);
    worker =
        new SourceWorker(
            domain.database(), domain.features.reconciler, sync, Map.of(PATREON, patreon));
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

  @Test
  void noGracePeriodEndsUntilAServiceCanBeReadAgain() {
    connect(PATREON, domain.now());
    patreon.members = List.of(member(MemberState.ACTIVE, Set.of("t9")));
    sync();
    map(PATREON, Map.of("t9", gold), 7);
    assertThat(tierOf(reader)).contains(gold);
    patreon.members = List.of(member(MemberState.DECLINED, Set.of()));
    sync();

    domain.passes(Duration.ofDays(8));
    worker.runSteps();
    assertThat(tierOf(reader)).as("a sync is due").contains(gold);
    patreon.broken = true;
    refused("source_unavailable", this::sync);
    worker.runSteps();
    map(PATREON, Map.of("t9", gold), 7);
    assertThat(tierOf(reader)).as("it can't be read").contains(gold);
    connect(PATREON, domain.now());
    worker.runSteps();
    assertThat(tierOf(reader)).as("it was connected again").contains(gold);

    patreon.broken = false;
    patreon.members = List.of(member(MemberState.ACTIVE, Set.of("t9")));
    sync();
    worker.runSteps();
    assertThat(tierOf(reader)).contains(gold);
    assertThat(tierLines()).as("nothing was taken away").isEqualTo(1);
    patreon.members = List.of(member(MemberState.DECLINED, Set.of()));
    sync();
    domain.passes(Duration.ofDays(8));
    sync();
    assertThat(tierOf(reader)).as("it says so itself").isEmpty();
  }

  @Test
  void aMemberIsRecognisedWhenAnOlderAccountGetsTheAddress() {
    connect(KOFI, null);
    pay("later", "Gold");
    map(KOFI, Map.of("Gold", gold), 0);
    run(tx -> addAccounts(tx, 150));
    worker.runSteps();

    run(tx -> tx.update("UPDATE app_user SET email = 'later@test.example' WHERE id = ?", reader));
    worker.runSteps();
    assertThat(tierOf(reader)).contains(gold);
  }

  private void addAccounts(Transaction tx, int amount) {
    for (int number = 0; number < amount; number++) {
      var account = new NewAccount("n" + number + "@test.example", "N", "no hash");
      domain.features.accounts.create(tx, account, false);
    }
  }

  @Test
  void recognisingSomebodyUndoesNoNewerPayment() {
    assumeThat(domain.database().isShared()).as("one transaction at a time").isTrue();
    connect(KOFI, null);
    pay("other", "Gold");
    pay("new", "Silver");
    map(KOFI, Map.of("Silver", silver, "Gold", gold), 0);
    UserId newcomer = domain.account("new");
    Domain node = domain.process();
    var paid = new AtomicBoolean();
    domain.listener =
        together -> {
          boolean locks =
              together.stream().anyMatch(each -> each.sql().contains("FOR NO KEY UPDATE"));
          if (locks && paid.compareAndSet(false, true)) {
            node.write(tx -> pay(tx, "new", "Gold"));
          }
        };
    worker.runSteps();
    domain.listener = SqlListener.NONE;
    node.close();

    assertThat(paid).isTrue();
    assertThat(tierOf(newcomer)).contains(gold);
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

  private static ExternalMember member(MemberState state, Set<String> tiers) {
    return new ExternalMember(
        "1", Optional.of("reader@test.example"), state, tiers, Optional.empty());
  }

  private SyncCounts sync() {
    return sync.sync(creator, patreon);
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

  private int tierLines() {
    return domain.<Integer>read(
        tx -> domain.features.quotas.findEntries(tx, creator, reader).size());
  }

  private void run(Consumer<Transaction> command) {
    domain.write(
        tx -> {
          command.accept(tx);
          return true;
        });
  }

  /** A service with the members that the test lists, which can be out of order. */
  private static final class SwitchableSource implements MembershipSource {
    private List<ExternalMember> members = List.of();
    private boolean broken;

    @Override
    public String name() {
      return PATREON;
    }

    @Override
    public List<ExternalTier> readTiers(UserId creator) {
      if (broken) {
        throw new SourceException(SourceProblem.UNAVAILABLE, "as the test says");
      }
      return List.of(new ExternalTier("t9", "Nine", 9));
    }

    @Override
    public MemberPage readMembers(UserId creator, Optional<String> cursor) {
      return new MemberPage(members, Optional.empty());
    }

    @Override
    public Optional<ExternalMember> readMember(UserId creator, String memberKey) {
      return members.stream().findFirst();
    }

    @Override
    public Optional<String> findPerson(String memberKey) {
      return Optional.of("1");
    }
  }
}
