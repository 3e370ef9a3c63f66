package io.bookbell.server.activity;

import static org.assertj.core.api.Assertions.assertThat;

import io.bookbell.hub.UserId;
import io.bookbell.server.DomainTest;
import io.bookbell.server.activity.ActivityDetails.GrantDetails;
import io.bookbell.server.activity.ActivityDetails.MemberDetails;
import io.bookbell.server.activity.ActivityDetails.ProfileDetails;
import io.bookbell.server.activity.ActivityDetails.RequestDetails;
import io.bookbell.server.activity.ActivityDetails.SupporterDetails;
import io.bookbell.server.activity.ActivityDetails.SupporterTierDetails;
import io.bookbell.server.activity.ActivityDetails.TextDetails;
import io.bookbell.server.activity.ActivityDetails.TierDetails;
import io.bookbell.server.activity.ActivityLog.ActivityFilter;
import io.bookbell.server.activity.ActivityLog.ActivityItem;
import io.bookbell.server.activity.ActivityLog.PastActivity;
import io.bookbell.server.activity.FieldChange.ChangedField;
import io.bookbell.server.creator.ProfilePicture;
import io.bookbell.server.creator.ProfileService.ProfileChanges;
import io.bookbell.server.http.PageRequest;
import io.bookbell.server.quota.Period;
import io.bookbell.server.quota.TierService.TierChanges;
import io.bookbell.server.support.Images;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The activity log stores facts, and turns the English texts of older entries into facts. */
class ActivityLogTest extends DomainTest {
  private static final int OLDER = 450;

  private UserId creator;
  private UserId supporter;

  @BeforeEach
  void people() {
    creator = domain.creator("mara");
    supporter = domain.supporter(creator, "amara", 5);
  }

  @Test
  void allFieldsThatWereChangedAtOnceAreRecorded() {
    change(
        new ProfileChanges(
            Optional.of("Mara’s Books"),
            Optional.of(false),
            Optional.of("Back on Monday"),
            Optional.of("One at a time."),
            Optional.of(false),
            Optional.of(true),
            Optional.of("#7a3b2e")));

    assertThat(newest().details())
        .isEqualTo(
            new ProfileDetails(
                List.of(
                    new FieldChange(ChangedField.NAME, "mara", "Mara’s Books"),
                    new FieldChange(ChangedField.ACCEPTING, true, false),
                    new FieldChange(ChangedField.NOTICE, "", "Back on Monday"),
                    new FieldChange(ChangedField.RULES, false, true),
                    new FieldChange(ChangedField.SHOWS_ASKED, true, false),
                    new FieldChange(ChangedField.SELF_SERVICE, false, true),
                    new FieldChange(ChangedField.COLOUR, "", "#7a3b2e"))));
    assertThat(newest().detail())
        .isEqualTo(
            "Renamed to Mara’s Books; Requests paused; Notice: Back on Monday; Rules changed; What"
                + " was asked for is hidden; The team may answer its own requests; New colour");
  }

  @Test
  void changedRulesAreAChangeThoughThereWereSomeBefore() {
    change(rules("One at a time."));
    change(rules("Two at a time."));
    assertThat(changes()).containsExactly(new FieldChange(ChangedField.RULES, true, true));

    change(rules(""));
    assertThat(changes()).containsExactly(new FieldChange(ChangedField.RULES, true, false));
  }

  @Test
  void aPictureIsRecordedWithWhetherThereWasOne() {
    ProfilePicture picture = ProfilePicture.of(Images.of("jpeg", 3, 2));
    domain.write(tx -> domain.features.pictures.replacePicture(tx, creator, creator, picture));
    assertThat(changes()).containsExactly(new FieldChange(ChangedField.PICTURE, false, true));

    domain.write(tx -> domain.features.pictures.removePicture(tx, creator, creator));
    assertThat(changes()).containsExactly(new FieldChange(ChangedField.PICTURE, true, false));
  }

  @Test
  void aTierIsRecordedWithItsTermsAndWhatWasChanged() {
    long tier = domain.tier(creator, 3, Period.NONE);
    assertThat(newest())
        .returns(ActivityKind.TIER_CREATED, ActivityItem::kind)
        .returns(new TierDetails("Tier of 3 NONE", 3, "none", List.of()), ActivityItem::details);

    var wanted = new TierChanges(Optional.of("Reader"), Optional.of(7), Optional.of(Period.MONTH));
    domain.write(tx -> domain.features.tiers.update(tx, creator, tier, wanted));

    assertThat(newest())
        .returns(ActivityKind.TIER_CHANGED, ActivityItem::kind)
        .returns("Reader: 7 a month", ActivityItem::detail)
        .returns(
            new TierDetails(
                "Reader",
                7,
                "month",
                List.of(
                    new FieldChange(ChangedField.NAME, "Tier of 3 NONE", "Reader"),
                    new FieldChange(ChangedField.REQUESTS_ALLOWED, 3, 7),
                    new FieldChange(ChangedField.PERIOD, "none", "month"))),
            ActivityItem::details);
  }

  /** An import adds what was done earlier. */
  @Test
  void aTimeSelectsEntriesWhateverTheOrderOfTheirIds() {
    long request = domain.ask(supporter, creator, "Kindred").id();
    Instant now = domain.now();
    domain.write(
        tx -> {
          ActivityLog.recordPastActivities(
              tx,
              Stream.of(now.minus(Duration.ofDays(9)), now.minus(Duration.ofDays(20)))
                  .map(
                      at ->
                          new PastActivity(
                              creator,
                              supporter,
                              ActivityKind.REQUEST_CREATED,
                              request,
                              "At " + at,
                              at))
                  .toList());
          return true;
        });
    domain.passes(Duration.ofDays(1));

    assertThat(titles(Optional.of(now.minus(Duration.ofDays(10))), Optional.of(now)))
        .containsExactly("At " + now.minus(Duration.ofDays(9)));
    assertThat(titles(Optional.of(now), Optional.empty())).containsExactly("Kindred");
    assertThat(titles(Optional.empty(), Optional.of(now.plusMillis(1))))
        .containsExactly(
            "Kindred",
            "At " + now.minus(Duration.ofDays(9)),
            "At " + now.minus(Duration.ofDays(20)));
  }

  private List<String> titles(Optional<Instant> from, Optional<Instant> to) {
    var times =
        new ActivityFilter(
            Optional.of(ActivityKind.REQUEST_CREATED.wireName()), Optional.empty(), from, to);
    var found = new ArrayList<String>();
    Optional<Long> cursor = Optional.empty();
    do { // pages of one entry each
      var page = new PageRequest(1, cursor);
      var list =
          domain.read(tx -> domain.features.activity.listLater(tx, creator, times, page).get());
      list.items().forEach(item -> found.add(((RequestDetails) item.details()).title()));
      cursor = Optional.ofNullable(list.nextCursor()).map(_ -> list.items().getLast().id());
    } while (cursor.isPresent());
    return found;
  }

  @Test
  void supportersAndMembersAreRecordedByIdAndName() {
    assertThat(newest().details())
        .isEqualTo(new SupporterDetails(supporter, "amara", "Tier of 5 NONE"));
    long tier = domain.tier(creator, 9, Period.NONE);

    domain.write(tx -> domain.features.supporters.setTier(tx, creator, creator, supporter, tier));
    assertThat(newest().details())
        .isEqualTo(
            new SupporterTierDetails(supporter, "amara", "Tier of 5 NONE", "Tier of 9 NONE"));

    domain.write(
        tx ->
            domain.features.supporters.grantRequests(
                tx, creator, creator, supporter, 2, "Birthday"));
    assertThat(newest())
        .returns(new GrantDetails(supporter, "amara", 2, "Birthday"), ActivityItem::details)
        .returns("amara: +2, Birthday", ActivityItem::detail);

    UserId member = domain.teamMember(creator, "ines");
    assertThat(newest().details()).isEqualTo(new MemberDetails(member, "ines"));
  }

  /** As they were stored before schema version 13, or by a node that still has that version. */
  @Test
  void entriesOfOlderVersionsAreShownAsFactsAndTurnedIntoThemStepByStep() {
    long request = domain.ask(supporter, creator, "Kindred").id();
    addOlder("creator_changed", null, "Requests paused");
    addOlder("shelf_painted", null, "It is blue now");
    for (int number = 0; number < OLDER; number++) {
      addOlder("request_created", request, "Kindred");
    }
    List<ActivityItem> before = all();

    assertThat(before).hasSizeGreaterThan(OLDER);
    assertThat(before)
        .extracting(ActivityItem::details)
        .contains(
            new ProfileDetails(List.of(new FieldChange(ChangedField.ACCEPTING, true, false))),
            new TextDetails("shelf_painted", "It is blue now"),
            new RequestDetails("Kindred"));
    int steps = 1;
    while (domain.write(ActivityMigration::migrateBatch)) {
      steps++;
    }
    assertThat(steps).as("steps of limited size").isBetween(3, OLDER / 100);
    assertThat(all()).isEqualTo(before);
    assertThat(countWithoutDetails()).isZero();
    assertThat(domain.write(ActivityMigration::migrateBatch)).isFalse();
  }

  private void addOlder(String kind, @Nullable Long request, String text) {
    domain.write(
        tx ->
            tx.update(
                """
                INSERT INTO activity (creator_id, actor_id, kind, request_id, detail, created_at)
                VALUES (?, ?, ?, ?, ?, ?)""",
                creator,
                supporter,
                kind,
                request,
                text,
                tx.now()));
  }

  private int countWithoutDetails() {
    return domain.read(
        tx ->
            tx.query(
                    """
                    SELECT count(*) AS amount FROM activity
                    WHERE details IS NULL OR detail <> ''""")
                .single(row -> row.getInt("amount")));
  }

  private static ProfileChanges rules(String rules) {
    return new ProfileChanges(
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.of(rules),
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  private void change(ProfileChanges profileChanges) {
    domain.write(tx -> domain.features.profile.update(tx, creator, creator, profileChanges));
  }

  private List<FieldChange> changes() {
    return newest().details() instanceof ProfileDetails(var changes) ? changes : List.of();
  }

  private ActivityItem newest() {
    return list(1).getFirst();
  }

  private List<ActivityItem> all() {
    return list(10_000);
  }

  private List<ActivityItem> list(int limit) {
    return domain.read(
        tx ->
            domain
                .features
                .activity
                .listLater(
                    tx, creator, ActivityFilter.NONE, new PageRequest(limit, Optional.empty()))
                .get()
                .items());
  }
}
