package io.bookbell.server.membership;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.bookbell.hub.UserId;
import io.bookbell.server.DomainTest;
import io.bookbell.server.activity.ActivityKind;
import io.bookbell.server.activity.ActivityLog.ActivityFilter;
import io.bookbell.server.http.PageRequest;
import io.bookbell.server.quota.Period;
import io.bookbell.server.quota.TierService.TierChanges;
import io.bookbell.server.quota.TierService.TierTerms;
import io.bookbell.server.storage.Transaction;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Whatever moves somebody to another tier is a line of the ledger, which says who did it. */
class TierMovesTest extends DomainTest {
  private UserId creator;
  private UserId helper;
  private UserId reader;
  private long gold;
  private long silver;

  @BeforeEach
  void people() {
    creator = domain.creator("mara");
    helper = domain.teamMember(creator, "tom");
    gold = domain.tier(creator, 9, Period.MONTH);
    silver = domain.tier(creator, 3, Period.NONE);
    reader = domain.join(creator, domain.account("amara"), gold);
  }

  @AfterEach
  void theStoredDataAgree() {
    assertThat(domain.breaches()).isEmpty();
  }

  @Test
  void theDeletionOfATierMovesItsPeopleOnce() {
    UserId former = domain.join(creator, domain.account("kofi"), gold);
    long request = domain.ask(former, creator, "Kindred").id();
    run(tx -> domain.features.membershipEnding.remove(tx, creator, creator, former));
    run(tx -> domain.features.tiers.delete(tx, helper, gold, Optional.of(silver)));
    assertThat(moves(reader)).as("the move is done in steps").isEmpty();

    announce();
    assertThat(moves(reader)).containsExactly("tom: Tier of 9 MONTH → Tier of 3 NONE");
    domain.ask(reader, creator, "Dawn");
    run(tx -> domain.features.supporters.setTier(tx, creator, creator, reader, silver));
    assertThat(moves(reader)).hasSize(1);
    assertThat(moves(former)).as("no supporter any more, %s", request).isEmpty();
    assertThat(activity()).contains(ActivityKind.TIER_DELETED);
  }

  /** Before the step in which it would have been moved. */
  @Test
  void aMoveByHandAfterADeletionIsAnotherLine() {
    long bronze = domain.tier(creator, 1, Period.NONE);
    run(tx -> domain.features.tiers.delete(tx, creator, gold, Optional.of(silver)));
    run(tx -> domain.features.supporters.setTier(tx, helper, creator, reader, bronze));
    assertThat(moves(reader))
        .containsExactly(
            "mara: Tier of 9 MONTH → Tier of 3 NONE", "tom: Tier of 3 NONE → Tier of 1 NONE");
  }

  @Test
  void whoeverComesBackToAnotherTierHasMoved() {
    run(tx -> domain.features.membershipEnding.remove(tx, creator, creator, reader));
    String link = domain.invite(creator, silver);
    run(tx -> domain.features.invitations.acceptInvitation(tx, reader, link));
    assertThat(moves(reader)).containsExactly("amara: Tier of 9 MONTH → Tier of 3 NONE");

    run(tx -> domain.features.membershipEnding.remove(tx, creator, creator, reader));
    run(tx -> domain.features.supporters.restoreSupporter(tx, helper, creator, reader, silver));
    assertThat(moves(reader)).as("the same tier").hasSize(1);

    UserId newcomer = domain.account("zadie");
    run(tx -> domain.features.invitations.acceptInvitation(tx, newcomer, link));
    assertThat(moves(newcomer)).as("the first tier is in the activity log").isEmpty();
    assertThat(activity()).contains(ActivityKind.SUPPORTER_JOINED, ActivityKind.SUPPORTER_RESTORED);
  }

  @Test
  void aListMovesPeopleAndBringsThemBack() {
    UserId former = domain.join(creator, domain.account("kofi"), gold);
    run(tx -> domain.features.membershipEnding.remove(tx, creator, creator, former));
    String text =
        "email,tier\namara@test.example,Tier of 3 NONE\nkofi@test.example,Tier of 3 NONE\n";
    run(
        tx ->
            domain.features.supporterLists.importList(
                tx, helper, creator, SupporterListParser.parse(text), false));
    for (UserId moved : List.of(reader, former)) {
      assertThat(moves(moved)).containsExactly("tom: Tier of 9 MONTH → Tier of 3 NONE");
    }
    assertThat(activity()).contains(ActivityKind.SUPPORTERS_IMPORTED);
  }

  /** One character as people see it, of many that the database counts. */
  @Test
  void aTierMayHaveALongName() {
    String name = "👩🏽‍👩🏽‍👧🏽‍👦🏽".repeat(60);
    long family =
        domain.write(
            tx ->
                domain
                    .features
                    .tiers
                    .create(tx, creator, creator, new TierTerms(name, 3, Period.NONE))
                    .id());
    run(tx -> domain.features.supporters.setTier(tx, helper, creator, reader, family));
    assertThat(moves(reader)).containsExactly("tom: Tier of 9 MONTH → " + name);
  }

  @Test
  void whatFailsForOneCreatorIsDoneForTheOthers() {
    UserId other = domain.creator("zora");
    long bronze = domain.tier(other, 1, Period.MONTH);
    UserId neighbour = domain.join(other, domain.account("kofi"), bronze);
    var changes = new TierChanges(Optional.empty(), Optional.of(7), Optional.empty());
    run(tx -> domain.features.tiers.update(tx, creator, gold, changes));
    run(tx -> domain.features.tiers.update(tx, other, bronze, changes));
    domain.write(tx -> tx.update("UPDATE tier SET time_zone = 'Nowhere' WHERE id = ?", gold));

    domain.tierAnnouncer().triggerPass();
    await().until(() -> waitingTiers().equals(List.of(gold)));
    assertThat(domain.inboxTypes(neighbour)).last().isEqualTo("quota_update");

    domain.passes(Duration.ofDays(40));
    domain.write(tx -> tx.update("UPDATE membership SET turns_at = 0 WHERE user_id = ?", reader));
    domain.features.periodTurns.renewAll(domain.database(), () -> false);
    assertThat(
            domain.<String>read(
                tx ->
                    tx.query("SELECT period_key FROM membership WHERE user_id = ?", neighbour)
                        .single(row -> row.getString("period_key"))))
        .isEqualTo("2026-06");

    domain.write(tx -> tx.update("UPDATE tier SET time_zone = 'UTC' WHERE id = ?", gold));
    announce();
    assertThat(domain.inboxTypes(reader)).contains("quota_update");
  }

  private void announce() {
    domain.tierAnnouncer().triggerPass();
    await().until(() -> waitingTiers().isEmpty());
  }

  /** The tiers whose supporters are still to be told. */
  private List<Long> waitingTiers() {
    return domain.read(
        tx ->
            tx.query("SELECT tier_id FROM tier_announcement").list(row -> row.getLong("tier_id")));
  }

  /** Oldest first. */
  private List<String> moves(UserId user) {
    return domain
        .read(tx -> domain.features.quotas.findEntries(tx, creator, user))
        .reversed()
        .stream()
        .filter(entry -> entry.kind().equals("tier"))
        .map(entry -> entry.actorName() + ": " + entry.reason() + " → " + entry.title())
        .toList();
  }

  private List<ActivityKind> activity() {
    var page = new PageRequest(50, Optional.empty());
    return domain
        .read(
            tx -> domain.features.activity.listLater(tx, creator, ActivityFilter.NONE, page).get())
        .items()
        .stream()
        .map(item -> item.kind())
        .toList();
  }

  private void run(Consumer<Transaction> command) {
    domain.write(
        tx -> {
          command.accept(tx);
          return true;
        });
  }
}
