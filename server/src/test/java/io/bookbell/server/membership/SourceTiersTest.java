package io.bookbell.server.membership;

import static org.assertj.core.api.Assertions.assertThat;

import io.bookbell.hub.UserId;
import io.bookbell.server.DomainTest;
import io.bookbell.server.membership.SourceService.TierMapping;
import io.bookbell.server.quota.Period;
import io.bookbell.server.quota.TierService.TierTerms;
import io.bookbell.server.storage.Transaction;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Sources whose tiers were deleted or are unlimited here, and whose members were blocked. */
class SourceTiersTest extends DomainTest {
  private static final String SOURCE = "shop";

  private UserId creator;
  private UserId reader;
  private String email;
  private long gold;

  @BeforeEach
  void aConnectedSource() {
    creator = domain.creator("mara");
    reader = domain.account("amara");
    email = domain.read(tx -> domain.features.accounts.get(tx, reader).email());
    gold = tier("Gold", 5);
    run(
        tx -> {
          domain.features.sources.connect(tx, creator, creator, SOURCE, "1", "Mara", null);
          var tiers = List.of(new ExternalTier("g", "G", 2), new ExternalTier("u", "U", 1));
          domain.features.sources.receive(tx, creator, SOURCE, tiers, "?", _ -> List.of());
        });
    map(Map.of("g", gold));
  }

  @AfterEach
  void theStoredDataAgree() {
    assertThat(domain.breaches()).isEmpty();
  }

  @Test
  void aDeletedTierStandsForTheOneThatItsPeopleWereMovedTo() {
    apply(Set.of("g"));
    long silver = tier("Silver", 2);
    run(tx -> domain.features.tiers.delete(tx, creator, gold, Optional.of(silver)));
    assertThat(tierOf(reader)).contains(silver);
    var listed = domain.read(tx -> domain.features.sources.find(tx, creator, creator, SOURCE));
    assertThat(listed.orElseThrow().tiers().getFirst().tierId()).isEqualTo(silver);

    UserId newcomer = domain.account("kofi");
    apply("2", domain.read(tx -> domain.features.accounts.get(tx, newcomer).email()), Set.of("g"));
    assertThat(tierOf(newcomer)).contains(silver);

    long bronze = tier("Bronze", 1);
    run(tx -> domain.features.supporters.setTier(tx, creator, creator, reader, bronze));
    apply(Set.of("g", "other")); // nothing that decides
    assertThat(tierOf(reader)).as("moved by hand").contains(bronze);
  }

  /** Ko-fi's members had their addresses as ids. */
  @Test
  void whatStaysOfAMemberWhoseAccountIsRemovedDoesNotSayTheAddress() {
    apply(email, email, Set.of("g"));
    run(tx -> domain.features.sources.forgetUser(tx, reader));

    List<String> ids =
        domain.read(
            tx ->
                tx.query("SELECT external_id FROM source_member")
                    .list(row -> row.getString("external_id")));
    assertThat(ids).singleElement().asString().doesNotContain("@");
  }

  @Test
  void aTierFromBeforeThatWasDeletedComesBackAsItsSuccessor() {
    long basic = tier("Basic", 1);
    domain.join(creator, reader, basic);
    apply(Set.of("g"));
    assertThat(tierOf(reader)).contains(gold);
    long simple = tier("Simple", 1);
    run(tx -> domain.features.tiers.delete(tx, creator, basic, Optional.of(simple)));

    apply(Set.of());
    assertThat(tierOf(reader)).contains(simple);
  }

  @Test
  void anUnlimitedTierIsTheBest() {
    long endless =
        domain.write(
            tx ->
                domain
                    .features
                    .tiers
                    .create(tx, creator, creator, new TierTerms("Endless", null, Period.NONE))
                    .id());
    Optional<Long> best =
        domain.read(
            tx -> domain.features.followedTiers.findBest(tx, creator, Set.of(gold, endless)));
    assertThat(best).contains(endless);
    map(Map.of("u", endless));
    apply(Set.of("u"));
    assertThat(tierOf(reader)).contains(endless);
  }

  @Test
  void somebodyWhoIsBlockedGetsNothingAndTheOthersDo() {
    apply(Set.of("g"));
    run(tx -> domain.features.membershipEnding.block(tx, creator, creator, reader));
    map(Map.of("u", tier("Other", 1)));
    UserId newcomer = domain.account("kofi");
    String address = domain.read(tx -> domain.features.accounts.get(tx, newcomer).email());
    run(
        tx ->
            domain.features.reconciler.apply(
                tx,
                creator,
                SOURCE,
                List.of(member("1", email, Set.of("u")), member("2", address, Set.of("g"))),
                tx.now()));

    assertThat(tierOf(reader)).isEmpty();
    assertThat(tierOf(newcomer)).contains(gold);
  }

  private static ExternalMember member(String id, String address, Set<String> tiers) {
    // somebody who has left keeps nothing for a grace period
    return new ExternalMember(
        id, Optional.of(address), MemberState.FORMER, tiers, Optional.empty());
  }

  private void apply(Set<String> tiers) {
    apply("1", email, tiers);
  }

  private void apply(String id, String address, Set<String> tiers) {
    run(
        tx ->
            domain.features.reconciler.apply(
                tx, creator, SOURCE, List.of(member(id, address, tiers)), tx.now()));
  }

  private void map(Map<String, Long> tiers) {
    List<TierMapping> mappings =
        tiers.entrySet().stream()
            .map(each -> new TierMapping(each.getKey(), each.getValue()))
            .toList();
    run(
        tx ->
            domain.features.sources.configure(
                tx, creator, creator, SOURCE, mappings, Optional.of(0)));
  }

  private Optional<Long> tierOf(UserId user) {
    return domain.read(tx -> domain.features.followedTiers.findTier(tx, creator, user));
  }

  private long tier(String name, int allowed) {
    return domain.write(
        tx ->
            domain
                .features
                .tiers
                .create(tx, creator, creator, new TierTerms(name, allowed, Period.NONE))
                .id());
  }

  private void run(Consumer<Transaction> command) {
    domain.write(
        tx -> {
          command.accept(tx);
          return true;
        });
  }
}
