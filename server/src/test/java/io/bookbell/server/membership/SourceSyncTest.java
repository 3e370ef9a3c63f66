package io.bookbell.server.membership;

import static org.assertj.core.api.Assertions.assertThat;

import io.bookbell.hub.UserId;
import io.bookbell.server.DomainTest;
import io.bookbell.server.membership.SourceException.SourceProblem;
import io.bookbell.server.membership.SourceService.SourceState;
import io.bookbell.server.membership.SourceService.TierMapping;
import io.bookbell.server.membership.SourceStore.SourceKey;
import io.bookbell.server.quota.Ledger.LedgerEntry;
import io.bookbell.server.quota.Period;
import io.bookbell.server.quota.Tier;
import io.bookbell.server.quota.TierService.TierTerms;
import io.bookbell.server.storage.Transaction;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Members are followed whatever a service does, and whatever happens to tiers and people here. */
class SourceSyncTest extends DomainTest {
  private static final String NAME = "patreon";

  private final ListedSource source = new ListedSource();
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
        new SourceWorker(domain.database(), domain.features.reconciler, sync, Map.of(NAME, source));
    connect("campaign");
    source.list("reader", "t9");
    sync();
    map(Map.of("t9", gold));
  }

  @AfterEach
  void close() {
    worker.close();
  }

  @Test
  void aDeletedTierStandsForTheOneItsSupportersWereMovedTo() {
    assertThat(tier()).contains(gold);
    run(tx -> domain.features.tiers.delete(tx, creator, gold, Optional.of(silver)));
    assertThat(state().tiers().getFirst().tierId()).as("what the form shows").isEqualTo(silver);
    sync();
    assertThat(tier()).contains(silver);

    long any = domain.write(tx -> createUnlimited(tx).id());
    assertThat(best(Set.of(silver, any))).contains(any);
    assertThat(best(Set.of(gold))).contains(silver);
    map(Map.of("t9", any));
    assertThat(tier()).contains(any);
    assertThat(domain.breaches()).isEmpty();
  }

  private Tier createUnlimited(Transaction tx) {
    return domain.features.tiers.create(
        tx, creator, creator, new TierTerms("Any", null, Period.NONE));
  }

  private Optional<Long> best(Set<Long> tiers) {
    return domain.read(tx -> domain.features.followedTiers.findBest(tx, creator, tiers));
  }

  @Test
  void whoeverIsBlockedStaysOutAndAMoveByHandIsALineOfTheLedger() {
    run(tx -> domain.features.supporters.setTier(tx, creator, creator, reader, silver));
    LedgerEntry moved =
        domain.read(tx -> domain.features.quotas.findEntries(tx, creator, reader)).getFirst();
    assertThat(moved)
        .extracting(
            LedgerEntry::kind, LedgerEntry::reason, LedgerEntry::title, LedgerEntry::actorName)
        .containsExactly("tier", "Tier of 9 NONE", "Tier of 1 NONE", "ada");
    sync();
    assertThat(tier()).as("until the service says something else").contains(silver);

    run(tx -> domain.features.membershipEnding.block(tx, creator, creator, reader));
    source.list("reader", "t1");
    map(Map.of("t9", gold, "t1", silver));
    sync();
    source.list("reader", "t9");
    sync();
    assertThat(tier()).isEmpty();
    assertThat(domain.breaches()).isEmpty();
  }

  @Test
  void aSyncThatIsKilledIsDoneAgainByAnotherNode() {
    for (int number = 0; number < 120; number++) {
      domain.account("patron" + number);
      source.list("patron" + number, "t9");
    }
    leaveBehindAKilledSync(60);
    refused("sync_running", this::sync);
    domain.passes(Duration.ofMinutes(7));
    SyncCounts counts = sync();
    assertThat(counts.added()).as("the rest").isEqualTo(60);
    assertThat(sync().added()).isZero();
    assertThat(domain.breaches()).isEmpty();
  }

  /** What is left of a node that has applied some of the members: that, and its lease. */
  private void leaveBehindAKilledSync(int applied) {
    run(
        tx -> {
          assertThat(new SourceStore().takeLease(tx, key(), "killed")).isTrue();
          List<ExternalMember> some =
              source.members.entrySet().stream()
                  .filter(each -> !each.getKey().equals("reader"))
                  .limit(applied)
                  .map(Map.Entry::getValue)
                  .toList();
          var _ = domain.features.reconciler.apply(tx, creator, NAME, some, domain.now());
        });
  }

  @Test
  void theCreatorIsToldOnceThatAServiceHasToBeConnectedAgain() {
    source.beforePage = _ -> fail(SourceProblem.REVOKED);
    refused("source_revoked", this::sync);
    source.beforePage = _ -> fail(SourceProblem.UNAVAILABLE);
    refused("source_unavailable", this::sync);
    source.beforePage = _ -> fail(SourceProblem.REVOKED);
    refused("source_revoked", this::sync);

    assertThat(state().source().problem()).isEqualTo(SourceProblem.REVOKED);
    assertThat(state().source().nextSyncAt()).isNull();
    assertThat(domain.<Integer>read(tx -> domain.features.notifications.countUnread(tx, creator)))
        .isEqualTo(1);
    assertThat(tier()).contains(gold);
  }

  private static void fail(SourceProblem problem) {
    throw new SourceException(problem, "as the test says");
  }

  @Test
  void pagesThatDoNotEndAreGivenUp() {
    source.cycle = true;
    refused("source_unavailable", this::sync);
    assertThat(state().source().problem()).isEqualTo(SourceProblem.UNAVAILABLE);
    assertThat(tier()).contains(gold);
  }

  @Test
  void aReaderOfAnAccountThatIsNotConnectedAnyMoreRecordsNothing() {
    source.beforePage =
        _ -> {
          source.beforePage = _ -> {};
          connect("another campaign");
        };
    refused("source_unavailable", this::sync);
    assertThat(state().source().problem()).isNull();
    assertThat(state().source().nextSyncAt()).isEqualTo(domain.now());
    assertThat(tier()).contains(gold);
  }

  @Test
  void theLateEndOfAFormerMembershipTakesNothingFromANewerOne() {
    refresh("former reader");
    assertThat(tier()).contains(gold);
    assertThat(pendingEvents()).isZero();

    domain.passes(Duration.ofMinutes(1));
    source.members.remove("reader");
    refresh("reader");
    assertThat(tier()).isEmpty();
    source.beforePage = _ -> fail(SourceProblem.UNAVAILABLE);
    refresh("reader");
    assertThat(pendingEvents()).as("without a tier, there is nothing to find out").isZero();
    assertThat(domain.breaches()).isEmpty();
  }

  private void refresh(String memberKey) {
    run(tx -> new RefreshQueue().add(tx, creator, NAME, memberKey));
    sync.refresh(creator, source);
  }

  private int pendingEvents() {
    return domain.<Integer>read(tx -> new RefreshQueue().find(tx, key(), 10).size());
  }

  @Test
  void whoIsListedTwiceGetsWhatBothGiveInAnyOrder() {
    var former = member("reader", MemberState.FORMER, Set.of());
    var active = member("reader", MemberState.ACTIVE, Set.of("t9"));
    int lines = tierLines();
    for (int pageSize : List.of(500, 1)) {
      for (List<ExternalMember> both :
          List.of(List.of(former, active), List.of(active, former), List.of(former, active))) {
        source.pageSize = pageSize;
        source.twice = both;
        assertThat(sync()).as("%s in pages of %s", both, pageSize).isEqualTo(SyncCounts.NONE);
      }
    }
    assertThat(tier()).contains(gold);
    assertThat(tierLines()).as("nothing was taken away and given back").isEqualTo(lines);
    assertThat(domain.breaches()).isEmpty();
  }

  @Test
  void theLateEndOfAMembershipThatTheServiceStillKnowsTakesNothingFromANewerOne() {
    int lines = tierLines();
    source.former.put("former reader", member("reader", MemberState.FORMER, Set.of()));
    refresh("former reader");
    refresh("reader");
    refresh("former reader");
    assertThat(tier()).contains(gold);
    assertThat(tierLines()).isEqualTo(lines);

    source.members.put("reader", member("reader", MemberState.FORMER, Set.of()));
    refresh("former reader");
    assertThat(tier()).isEmpty();
    assertThat(domain.breaches()).isEmpty();
  }

  @Test
  void anEventOfOneOfTwoMembershipsTakesNothingThatTheOtherGives() {
    map(Map.of("t9", gold, "t1", silver));
    source.members.put("reader", member("reader", MemberState.ACTIVE, Set.of("t9", "t1")));
    sync();
    int lines = tierLines();
    for (MemberState state : List.of(MemberState.ACTIVE, MemberState.DECLINED)) {
      source.former.put("second reader", member("reader", state, Set.of("t1")));
      refresh("second reader");
      source.former.put("second reader", member("reader", state, Set.of()));
      refresh("second reader");
    }
    assertThat(tier()).contains(gold);
    assertThat(tierLines()).isEqualTo(lines);
    assertThat(domain.breaches()).isEmpty();
  }

  @Test
  void supportersKeepTheTiersOfADisconnectedSourceUntilItGivesThemOneAgain() {
    run(tx -> domain.features.sources.disconnect(tx, creator, creator, NAME));
    for (String account : List.of("campaign", "another campaign")) {
      connect(account);
      sync();
      assertThat(tier()).as("before its tiers are mapped").contains(gold);
    }

    map(Map.of("t9", gold));
    source.members.clear();
    domain.passes(Duration.ofMinutes(1));
    sync();
    assertThat(tier()).as("who leaves when it's connected again").isEmpty();
    assertThat(domain.breaches()).isEmpty();
  }

  private int tierLines() {
    return domain.<Integer>read(
        tx -> domain.features.quotas.findEntries(tx, creator, reader).size());
  }

  private void connect(String account) {
    run(
        tx -> {
          domain.features.sources.connect(tx, creator, creator, NAME, account, "Ada", domain.now());
          new SourceSecrets().store(tx, creator, NAME, "a secret");
        });
  }

  private void map(Map<String, Long> tiers) {
    run(
        tx ->
            domain.features.sources.configure(
                tx,
                creator,
                creator,
                NAME,
                tiers.entrySet().stream()
                    .map(each -> new TierMapping(each.getKey(), each.getValue()))
                    .toList(),
                Optional.of(0)));
    worker.runSteps();
  }

  private void run(Consumer<Transaction> command) {
    domain.write(
        tx -> {
          command.accept(tx);
          return true;
        });
  }

  private SyncCounts sync() {
    return sync.sync(creator, source);
  }

  private SourceKey key() {
    return new SourceKey(creator, NAME);
  }

  private SourceState state() {
    return domain
        .read(tx -> domain.features.sources.find(tx, creator, creator, NAME))
        .orElseThrow();
  }

  private Optional<Long> tier() {
    return domain.read(tx -> domain.features.followedTiers.findTier(tx, creator, reader));
  }

  private static ExternalMember member(String name, MemberState state, Set<String> tiers) {
    var email = Optional.of(name + "@test.example");
    return new ExternalMember(name, email, state, tiers, Optional.empty());
  }

  /** A service with the members that the test lists, which misbehaves where the test says. */
  private static final class ListedSource implements MembershipSource {
    private final Map<String, ExternalMember> members = new HashMap<>();
    private final Map<String, ExternalMember> former = new HashMap<>();
    private List<ExternalMember> twice = List.of();
    private int pageSize = 500;
    private boolean cycle;
    private IntConsumer beforePage = _ -> {};

    void list(String name, String tier) {
      members.put(name, member(name, MemberState.ACTIVE, Set.of(tier)));
    }

    @Override
    public String name() {
      return NAME;
    }

    @Override
    public List<ExternalTier> readTiers(UserId creator) {
      return List.of(new ExternalTier("t9", "Nine", 9), new ExternalTier("t1", "One", 1));
    }

    @Override
    public MemberPage readMembers(UserId creator, Optional<String> cursor) {
      int page = cursor.map(Integer::parseInt).orElse(0);
      beforePage.accept(page);
      if (cycle) {
        return new MemberPage(List.of(), Optional.of(page == 1 ? "2" : "1"));
      }
      List<ExternalMember> all =
          twice.isEmpty() ? members.keySet().stream().sorted().map(members::get).toList() : twice;
      int end = Math.min(all.size(), (page + 1) * pageSize);
      return new MemberPage(
          all.subList(page * pageSize, end),
          end < all.size() ? Optional.of(Integer.toString(page + 1)) : Optional.empty());
    }

    @Override
    public Optional<ExternalMember> readMember(UserId creator, String memberKey) {
      return Optional.ofNullable(former.getOrDefault(memberKey, members.get(memberKey)));
    }

    @Override
    public Optional<String> findPerson(String memberKey) {
      return Optional.of(memberKey.substring(memberKey.lastIndexOf(' ') + 1));
    }
  }
}
