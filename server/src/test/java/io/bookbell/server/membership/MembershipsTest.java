package io.bookbell.server.membership;

import static io.bookbell.server.request.Status.APPROVED;
import static io.bookbell.server.request.Status.CANCELLED;
import static io.bookbell.server.request.Status.COMPLETED;
import static io.bookbell.server.request.Status.PENDING;
import static io.bookbell.server.request.Status.REJECTED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.bookbell.hub.UserId;
import io.bookbell.server.Domain;
import io.bookbell.server.DomainTest;
import io.bookbell.server.activity.ActivityDetails;
import io.bookbell.server.activity.ActivityLog.ActivityFilter;
import io.bookbell.server.activity.ActivityLog.ActivityItem;
import io.bookbell.server.creator.ProfileService.ProfileChanges;
import io.bookbell.server.creator.TeamRole;
import io.bookbell.server.http.NullableInteger;
import io.bookbell.server.http.PageRequest;
import io.bookbell.server.invitation.InvitationService.InvitationTerms;
import io.bookbell.server.quota.FormerSupporter;
import io.bookbell.server.quota.Period;
import io.bookbell.server.quota.Quota;
import io.bookbell.server.quota.SupporterService.SupporterChanges;
import io.bookbell.server.quota.Tier;
import io.bookbell.server.quota.TierService.TierTerms;
import io.bookbell.server.request.BookRequest;
import io.bookbell.server.request.NewRequest;
import io.bookbell.server.request.Status;
import io.bookbell.server.storage.Transaction;
import io.bookbell.server.storage.sql.SqlListener;
import io.bookbell.server.team.TeamService.MemberChanges;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Function;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Terms of tiers, the end of memberships, roles in the team, and requests on behalf of others. */
class MembershipsTest extends DomainTest {
  private UserId creator;

  @BeforeEach
  void people() {
    creator = domain.creator("mara");
  }

  @AfterEach
  void theStoredDataAgree() {
    assertThat(domain.breaches()).isEmpty();
  }

  @Test
  void aRemovedSupporterLosesOpenRequestsAndAccessAndMayComeBackUnlessBlocked() {
    long tier = domain.tier(creator, 3, Period.NONE);
    UserId reader = domain.join(creator, domain.account("amara"), tier);
    long open = domain.ask(reader, creator, "Open").id();
    long approved = domain.ask(reader, creator, "Approved").id();
    domain.answer(creator, approved, APPROVED);

    run(tx -> domain.features.membershipEnding.remove(tx, creator, creator, reader));
    assertThat(status(open)).isEqualTo(CANCELLED);
    assertThat(status(approved)).isEqualTo(APPROVED);
    assertThat(domain.pending(creator)).isZero();
    assertThat(domain.inboxTypes(reader)).last().isEqualTo("access_changed");
    assertThat(domain.read(tx -> domain.features.inbox.readBounds(tx, reader)).floor())
        .as("nothing from before is replayed")
        .isEqualTo(domain.head(reader));
    refused("not_found", () -> domain.ask(reader, creator, "Another"));
    refused("forbidden", () -> reply(reader, approved));
    refused("not_found", () -> remove(reader));

    restore(reader, tier);
    assertThat(quota(reader).used()).as("what was used still counts").isEqualTo(1);
    domain.ask(reader, creator, "Again");
    run(tx -> domain.features.membershipEnding.block(tx, creator, creator, reader));
    refused("blocked", () -> domain.join(creator, reader, tier));
    refused("blocked", () -> restore(reader, tier));
    assertThat(former()).containsExactly(reader);
    run(tx -> domain.features.membershipEnding.unblock(tx, creator, creator, reader));
    domain.join(creator, reader, tier);
    assertThat(former()).isEmpty();
    assertThat(activity(8))
        .extracting(item -> item.kind().wireName())
        .containsSubsequence(
            "supporter_joined",
            "supporter_unblocked",
            "supporter_blocked",
            "supporter_removed",
            "request_cancelled",
            "request_created",
            "supporter_restored");
  }

  @Test
  void aTierThatIsDeletedInTheMiddleOfTheMonthMovesItsPeopleAtOnce() {
    long gold = domain.tier(creator, 3, Period.MONTH);
    long basic = domain.tier(creator, 2, Period.NONE);
    List<UserId> readers =
        List.of("amara", "kofi", "zadie").stream()
            .map(name -> domain.join(creator, domain.account(name), gold))
            .toList();
    UserId reader = readers.getFirst();
    domain.ask(reader, creator, "One");
    domain.ask(reader, creator, "Two");
    String link = domain.invite(creator, gold);
    refused("tier_in_use", () -> delete(gold, Optional.empty()));
    refused("validation_failed", () -> delete(gold, Optional.of(gold)));

    delete(gold, Optional.of(basic));
    assertThat(quota(reader))
        .extracting(Quota::allowed, Quota::used, Quota::period)
        .containsExactly(2, 2, Period.NONE);
    refused("quota_exhausted", () -> domain.ask(reader, creator, "Three"));
    List<Tier> left = domain.read(tx -> domain.features.tiers.list(tx, creator, creator));
    assertThat(left).extracting(Tier::id).containsExactly(basic);
    announce();
    assertThat(readers)
        .allSatisfy(each -> assertThat(domain.inboxTypes(each)).last().isEqualTo("quota_update"));

    long last = domain.tier(creator, 1, Period.WEEK);
    delete(basic, Optional.of(last));
    UserId late = domain.account("late");
    run(tx -> domain.features.invitations.acceptInvitation(tx, late, link));
    assertThat(quota(late).allowed()).as("the link leads to where the people went").isEqualTo(1);
    announce();
    domain.tier(creator, 3, Period.MONTH); // the name is free again
  }

  @Test
  void weeksAndMonthsBeginInTheCreatorsTimeZone() {
    setZone("America/New_York");
    UserId weekly = join("amara", new TierTerms("Weekly", 1, Period.WEEK));
    UserId monthly = join("kofi", new TierTerms("Monthly", 1, Period.MONTH));
    domain.setTime("2026-06-01T03:59:59Z"); // Sunday evening, 31 May, in New York
    domain.ask(weekly, creator, "One");
    domain.ask(monthly, creator, "One");
    assertThat(quota(weekly).resetsAt()).isEqualTo(Instant.parse("2026-06-01T04:00:00Z"));
    assertThat(quota(monthly).resetsAt()).isEqualTo(Instant.parse("2026-06-01T04:00:00Z"));
    refused("quota_exhausted", () -> domain.ask(weekly, creator, "Two"));

    domain.setTime("2026-06-01T04:00:00Z");
    long heads = domain.head(weekly) + domain.head(monthly);
    turnPeriods();
    assertThat(domain.head(weekly) + domain.head(monthly)).isEqualTo(heads + 2);
    domain.ask(weekly, creator, "Two");
    domain.ask(monthly, creator, "Two");
    assertThat(quota(weekly).resetsAt()).isEqualTo(Instant.parse("2026-06-08T04:00:00Z"));
  }

  @Test
  void inRollingDaysARequestAndAGrantCountForSoLong() {
    UserId reader = join("amara", new TierTerms("Rolling", 2, Period.ROLLING, 7, null, false));
    long first = domain.ask(reader, creator, "One").id();
    domain.answer(creator, first, APPROVED);
    domain.passes(Duration.ofDays(2));
    long second = domain.ask(reader, creator, "Two").id();
    refused("quota_exhausted", () -> domain.ask(reader, creator, "Three"));
    assertThat(quota(reader).resetsAt()).isEqualTo(Instant.parse("2026-05-27T12:00:00Z"));
    run(tx -> domain.features.supporters.grantRequests(tx, creator, creator, reader, 1, "Hi"));
    domain.ask(reader, creator, "Three");

    domain.passes(Duration.ofDays(5));
    turnPeriods();
    assertThat(quota(reader)).extracting(Quota::used, Quota::allowed).containsExactly(2, 3);
    domain.answer(creator, first, REJECTED);
    assertThat(quota(reader).used()).as("it no longer counted").isEqualTo(2);
    domain.answer(creator, second, REJECTED);
    assertThat(quota(reader)).extracting(Quota::used, Quota::allowed).containsExactly(1, 3);
    domain.passes(Duration.ofDays(2));
    assertThat(quota(reader))
        .extracting(Quota::used, Quota::allowed, Quota::resetsAt)
        .containsExactly(0, 2, null);
  }

  @Test
  void movingBetweenPeriodsNeverGivesMoreThanEitherTierAllows() {
    long rolling = tier(new TierTerms("Rolling", 2, Period.ROLLING, 30, null, false));
    long shorter = tier(new TierTerms("Shorter", 2, Period.ROLLING, 1, null, false));
    long weekly = tier(new TierTerms("Weekly", 2, Period.WEEK));
    UserId reader = domain.join(creator, domain.account("amara"), rolling);
    domain.ask(reader, creator, "One");
    domain.ask(reader, creator, "Two");
    for (long tier : List.of(weekly, rolling, shorter, rolling, weekly, shorter)) {
      run(tx -> domain.features.supporters.setTier(tx, creator, creator, reader, tier));
      refused("quota_exhausted", () -> domain.ask(reader, creator, "Three"));
    }
    domain.passes(Duration.ofDays(1));
    domain.ask(reader, creator, "Three");
    run(tx -> domain.features.supporters.setTier(tx, creator, creator, reader, rolling));
    assertThat(quota(reader).used()).as("they count again in 30 days").isEqualTo(3);
  }

  @Test
  void aTierMayBeUnlimitedLimitWhatIsOpenAndApproveAtOnce() {
    UserId reader = join("amara", new TierTerms("Unlimited", null, Period.NONE, null, 2, false));
    assertThat(quota(reader)).extracting(Quota::allowed, Quota::remaining).containsOnlyNulls();
    long first = domain.ask(reader, creator, "One").id();
    domain.ask(reader, creator, "Two");
    refused("too_many_open", () -> domain.ask(reader, creator, "Three"));
    domain.answer(creator, first, APPROVED);
    assertThat(domain.ask(reader, creator, "Three").status()).isEqualTo(PENDING);

    UserId trusted = join("kofi", new TierTerms("Trusted", 1, Period.NONE, null, 1, true));
    int pending = domain.pending(creator);
    BookRequest request = domain.ask(trusted, creator, "Four");
    assertThat(request.status()).isEqualTo(APPROVED);
    assertThat(domain.pending(creator)).isEqualTo(pending);
    assertThat(activity(1).getFirst().details())
        .isEqualTo(new ActivityDetails.RequestDetails("Four", null, null, true));
    domain.answer(creator, request.id(), COMPLETED);
    refused("quota_exhausted", () -> domain.ask(trusted, creator, "Five"));
  }

  @Test
  void anOwnAllowanceStaysUntilItIsTakenBack() {
    UserId reader = domain.supporter(creator, "amara", 1);
    setAllowance(reader, 4);
    assertThat(quota(reader).allowed()).isEqualTo(4);
    long other = domain.tier(creator, 2, Period.MONTH);
    run(tx -> domain.features.supporters.setTier(tx, creator, creator, reader, other));
    assertThat(quota(reader).allowed()).isEqualTo(4);
    setAllowance(reader, null);
    assertThat(quota(reader).allowed()).isEqualTo(2);
    assertThat(activity(1).getFirst().kind().wireName()).isEqualTo("allowance_changed");
  }

  @Test
  void aRoleDecidesWhatATeamMemberMayDoOnEveryNodeAtOnce() {
    Domain otherNode = domain.node();
    UserId reader = domain.supporter(creator, "amara", 5);
    UserId member = domain.teamMember(creator, "kofi");
    long request = domain.ask(reader, creator, "One").id();
    assertThat(askFor(otherNode, member, reader).userId()).isEqualTo(reader);
    assertThat(activity(1).getFirst())
        .returns(member, ActivityItem::actorId)
        .returns(
            new ActivityDetails.RequestDetails("For you", reader, "amara", null),
            ActivityItem::details);
    assertThat(domain.inboxTypes(reader))
        .as("the supporter is told")
        .endsWith("book_request_update", "quota_update", "notification");

    setRole(member, TeamRole.ANSWER);
    assertThat(domain.inboxTypes(member)).contains("access_changed");
    refused("forbidden", () -> askFor(otherNode, member, reader));
    refused("forbidden", () -> grant(otherNode, member, reader));
    domain.answer(member, request, APPROVED);
    setRole(member, TeamRole.PEOPLE);
    askFor(otherNode, member, reader);
    refused("forbidden", () -> rename(otherNode, member));
    refused("forbidden", () -> setRole(otherNode, member, member, TeamRole.EVERYTHING));
    setRole(member, TeamRole.EVERYTHING);
    rename(otherNode, member);
    refused("forbidden", () -> setRole(otherNode, member, member, TeamRole.EVERYTHING));
    refused("not_found", () -> askFor(otherNode, member, domain.account("stranger")));
  }

  @Test
  void aTeamMemberDoesNotDecideAboutTheirOwnReturnUnlessTheCreatorAllowsIt() {
    long gold = tier(new TierTerms("Gold", 9, Period.NONE));
    UserId member = domain.teamMember(creator, "kofi");
    setRole(member, TeamRole.PEOPLE);
    UserId reader = domain.join(creator, domain.account("amara"), gold);
    domain.join(creator, member, domain.tier(creator, 1, Period.NONE));
    remove(reader);
    remove(member);
    String link = inviteBy(member, gold);

    refused("own_request", () -> restore(member, member, gold));
    refused("own_request", () -> accept(member, link));
    restore(member, reader, gold);
    accept(domain.account("zadie"), link);

    run(tx -> tx.update("UPDATE creator SET self_service = TRUE WHERE id = ?", creator));
    accept(member, link);
    remove(member);
    restore(member, member, gold);
  }

  private void restore(UserId actor, UserId reader, long tier) {
    run(tx -> domain.features.supporters.restoreSupporter(tx, actor, creator, reader, tier));
  }

  private void accept(UserId user, String link) {
    run(tx -> domain.features.invitations.acceptInvitation(tx, user, link));
  }

  private String inviteBy(UserId actor, long tier) {
    return domain.write(
        tx -> {
          Instant end = tx.now().plus(Duration.ofDays(9));
          var terms = new InvitationTerms(creator, "supporter", tier, 9, end);
          return domain.features.invitations.create(tx, actor, terms).token();
        });
  }

  @Test
  void aFormerSupporterIsListedWithTheTierThatIsLeftOfTheirs() {
    long gold = tier(new TierTerms("Gold", 9, Period.NONE));
    long silver = tier(new TierTerms("Silver", 3, Period.NONE));
    UserId reader = domain.join(creator, domain.account("amara"), gold);
    remove(reader);
    assertThat(formerTiers()).containsExactly(gold);
    domain.join(creator, domain.account("kofi"), gold);
    delete(gold, Optional.of(silver));
    assertThat(formerTiers()).containsExactly(silver);
  }

  private List<Long> formerTiers() {
    return formerSupporters().stream().map(FormerSupporter::tierId).toList();
  }

  @Test
  void whoIsNoSupporterAnyMoreIsSentNoQuota() {
    UserId reader = domain.supporter(creator, "amara", 3);
    long request = domain.ask(reader, creator, "One").id();
    domain.answer(creator, request, APPROVED);
    remove(reader);
    List<String> before = domain.inboxTypes(reader);
    domain.answer(creator, request, REJECTED);
    assertThat(domain.inboxTypes(reader))
        .hasSizeGreaterThan(before.size())
        .filteredOn("quota_update"::equals)
        .hasSameSizeAs(before.stream().filter("quota_update"::equals).toList());
  }

  @Test
  void theLedgerIsNotReadForEachRequestOfSomebodyWhoIsRemoved() {
    List<Integer> reads = List.of(readsOfRemoval("amara", 3), readsOfRemoval("zadie", 30));
    assertThat(reads.getFirst()).as("of 3 and of 30 requests").isEqualTo(reads.getLast());
  }

  /** Withdrawn from rolling days, where some requests are left, and a grant. */
  private int readsOfRemoval(String name, int requests) {
    UserId reader = join(name, new TierTerms("Of " + name, 40, Period.ROLLING, 30, null, false));
    grant(reader, 2);
    long approved = domain.ask(reader, creator, "Approved").id();
    domain.answer(creator, approved, APPROVED);
    for (int number = 0; number < requests; number++) {
      domain.ask(reader, creator, "Book " + number);
    }
    domain.passes(Duration.ofHours(1));
    var reads = new AtomicInteger();
    domain.listener =
        together ->
            reads.addAndGet(
                (int)
                    together.stream()
                        .filter(each -> each.sql().contains("FROM quota_ledger"))
                        .count());
    remove(reader);
    domain.listener = SqlListener.NONE;
    assertThat(domain.pending(creator)).isZero();
    return reads.get();
  }

  @Test
  void anAccountThatIsBeingRemovedDoesNotComeBack() throws Exception {
    assumeThat(domain.database().isShared()).as("one transaction at a time").isTrue();
    long tier = tier(new TierTerms("Gold", 9, Period.NONE));
    UserId reader = domain.join(creator, domain.account("amara"), tier);
    remove(reader);
    Domain node = domain.process();
    var removing = new CountDownLatch(1);
    var waiting = new CountDownLatch(1);
    domain.listener =
        together -> {
          if (together.stream().anyMatch(each -> each.sql().contains("removed_at IS NULL FOR"))) {
            waiting.countDown();
          }
        };
    try (node;
        var removal = Executors.newVirtualThreadPerTaskExecutor()) {
      var removed = removal.submit(() -> node.write(tx -> remove(tx, reader, removing, waiting)));
      assertThat(removing.await(10, TimeUnit.SECONDS)).isTrue();
      refused("not_found", () -> restoreAndGo(reader, tier, waiting));
      assertThat(removed.get()).isTrue();
    }
    assertThat(former()).isEmpty();
  }

  private void restoreAndGo(UserId reader, long tier, CountDownLatch waiting) {
    try {
      restore(reader, tier);
    } finally {
      waiting.countDown();
    }
  }

  /** What the end of a removal does, between two moments. */
  private static boolean remove(
      Transaction tx, UserId reader, CountDownLatch removing, CountDownLatch waiting) {
    tx.update("UPDATE app_user SET removed_at = ? WHERE id = ?", tx.now(), reader);
    removing.countDown();
    try {
      return waiting.await(10, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void aListMovesAndBringsBackSupportersAndInvitesTheOthers() {
    long gold = tier(new TierTerms("Gold", 3, Period.MONTH));
    UserId amara = join("amara", new TierTerms("Basic", 1, Period.NONE));
    UserId gone = domain.join(creator, domain.account("gone"), gold);
    UserId bad = domain.join(creator, domain.account("bad"), gold);
    domain.account("stranger");
    remove(gone);
    run(tx -> domain.features.membershipEnding.block(tx, creator, creator, bad));
    var text =
        """
        Name;Email;Tier
        "Amara ""A""; first";AMARA@test.example;gold
        Gone;gone@test.example;Gold\r
        Bad;bad@test.example;Gold
        Stranger;stranger@test.example;Gold
        New;new@test.example;Gold
        Twice;new@test.example;Gold
        Wrong;wrong;Gold
        No tier;other@test.example;Silver
        """;

    var dry = importList(text, true);
    assertThat(quota(amara).allowed()).as("nothing has happened yet").isEqualTo(1);
    var done = importList(text, false);
    assertThat(done.lines()).isEqualTo(dry.lines());
    assertThat(done.lines())
        .extracting(line -> line.line() + " " + line.result().wireName())
        .containsExactly(
            "2 moved",
            "3 added",
            "4 blocked",
            "5 invited",
            "6 invited",
            "7 invalid",
            "8 invalid",
            "9 invalid");
    assertThat(quota(amara).allowed()).isEqualTo(3);
    assertThat(quota(gone).allowed()).isEqualTo(3);
    assertThat(dry.links()).isEmpty();
    assertThat(done.links()).hasSize(1);
    UserId newcomer = domain.account("new");
    run(
        tx ->
            domain.features.invitations.acceptInvitation(
                tx, newcomer, done.links().getFirst().token()));
    assertThat(importList(text, false).count(SupporterListImport.LineResult.UNCHANGED))
        .isEqualTo(3);
    refused("validation_failed", () -> importList("email\nada@test.example", true));
    refused(
        "validation_failed",
        () -> importList("email,tier\na@test.example,Gold\n\"b@test.example,Gold\n", true));
  }

  /** What is taken back counts no longer than what it takes back. */
  @Test
  void takingBackAGrantLapsesWithTheGrant() {
    UserId reader = join("amara", new TierTerms("Rolling", 2, Period.ROLLING, 30, null, false));
    grant(reader, 5);
    domain.passes(Duration.ofDays(19));
    grant(reader, -5);
    assertThat(quota(reader).allowed()).isEqualTo(2);

    domain.passes(Duration.ofDays(12));
    turnPeriods();
    assertThat(quota(reader).allowed()).isEqualTo(2);

    grant(reader, 3);
    domain.passes(Duration.ofDays(5));
    grant(reader, 2);
    domain.passes(Duration.ofDays(1));
    grant(reader, -4);
    assertThat(quota(reader).allowed()).isEqualTo(3);
    domain.passes(Duration.ofDays(25));
    turnPeriods();
    assertThat(quota(reader).allowed()).as("of the second grant, one is left").isEqualTo(3);
    domain.passes(Duration.ofDays(5));
    turnPeriods();
    assertThat(quota(reader).allowed()).isEqualTo(2);
  }

  private void grant(UserId reader, int amount) {
    run(tx -> domain.features.supporters.grantRequests(tx, creator, creator, reader, amount, "Hi"));
  }

  private SupporterListImport.ImportResult importList(String text, boolean dryRun) {
    return domain.write(
        tx ->
            domain.features.supporterLists.importList(
                tx, creator, creator, SupporterListParser.parse(text), dryRun));
  }

  private BookRequest askFor(Domain node, UserId member, UserId reader) {
    var wanted = new NewRequest(creator, "For you", "Somebody", null, null, null, reader);
    return node.write(tx -> node.features.requests.create(tx, member, wanted));
  }

  private void grant(Domain node, UserId member, UserId reader) {
    node.write(tx -> node.features.supporters.grantRequests(tx, member, creator, reader, 1, "Hi"));
  }

  private void rename(Domain node, UserId member) {
    node.write(
        tx -> node.features.profile.update(tx, member, creator, profile(Optional.of("N"), null)));
  }

  private void setZone(String zone) {
    run(
        tx ->
            domain.features.profile.update(tx, creator, creator, profile(Optional.empty(), zone)));
  }

  private static ProfileChanges profile(Optional<String> name, String zone) {
    return new ProfileChanges(
        name,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.ofNullable(zone));
  }

  private void setRole(UserId member, TeamRole role) {
    setRole(domain, creator, member, role);
  }

  private void setRole(Domain node, UserId actor, UserId member, TeamRole role) {
    var changes = new MemberChanges(Optional.empty(), Optional.of(role));
    node.write(tx -> node.features.team.change(tx, actor, creator, member, changes));
  }

  private void setAllowance(UserId reader, Integer allowance) {
    var changes =
        new SupporterChanges(Optional.empty(), Optional.of(new NullableInteger(allowance)));
    run(tx -> domain.features.supporters.change(tx, creator, creator, reader, changes));
  }

  private UserId join(String name, TierTerms terms) {
    return domain.join(creator, domain.account(name), tier(terms));
  }

  private long tier(TierTerms terms) {
    return domain.write(tx -> domain.features.tiers.create(tx, creator, creator, terms).id());
  }

  private void delete(long tier, Optional<Long> moveTo) {
    run(tx -> domain.features.tiers.delete(tx, creator, tier, moveTo));
  }

  private void announce() {
    domain.tierAnnouncer().triggerPass();
    Function<Transaction, Boolean> done =
        tx -> !tx.query("SELECT 1 AS found FROM tier_announcement").exists();
    Awaitility.await().until(() -> domain.read(done));
  }

  private void turnPeriods() {
    while (domain.write(domain.features.periodTurns::renewBatch)) {
      // run the next step
    }
  }

  private void remove(UserId reader) {
    run(tx -> domain.features.membershipEnding.remove(tx, creator, creator, reader));
  }

  private void restore(UserId reader, long tier) {
    run(tx -> domain.features.supporters.restoreSupporter(tx, creator, creator, reader, tier));
  }

  private List<UserId> former() {
    return formerSupporters().stream().map(FormerSupporter::userId).toList();
  }

  private List<FormerSupporter> formerSupporters() {
    return domain
        .read(
            tx ->
                domain.features.supporters.listFormer(
                    tx, creator, creator, new PageRequest(10, Optional.empty())))
        .items();
  }

  private void reply(UserId user, long request) {
    run(tx -> domain.features.requests.addReply(tx, user, request, "Hello"));
  }

  private Status status(long request) {
    return domain.read(tx -> domain.features.requests.get(tx, creator, request)).status();
  }

  private List<ActivityItem> activity(int newest) {
    return domain
        .read(
            tx ->
                domain
                    .features
                    .activity
                    .listLater(
                        tx, creator, ActivityFilter.NONE, new PageRequest(newest, Optional.empty()))
                    .get())
        .items();
  }

  private Quota quota(UserId user) {
    return domain.read(tx -> domain.features.quotas.findQuota(tx, creator, user).orElseThrow());
  }

  private void run(Consumer<Transaction> work) {
    domain.write(
        tx -> {
          work.accept(tx);
          return true;
        });
  }
}
