package io.bookbell.server.activity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bookbell.hub.UserId;
import io.bookbell.server.activity.ActivityDetails.GrantDetails;
import io.bookbell.server.activity.ActivityDetails.InvitationDetails;
import io.bookbell.server.activity.ActivityDetails.MemberDetails;
import io.bookbell.server.activity.ActivityDetails.ProfileDetails;
import io.bookbell.server.activity.ActivityDetails.RequestDetails;
import io.bookbell.server.activity.ActivityDetails.SupporterDetails;
import io.bookbell.server.activity.ActivityDetails.SupporterTierDetails;
import io.bookbell.server.activity.ActivityDetails.TextDetails;
import io.bookbell.server.activity.ActivityDetails.TierDetails;
import io.bookbell.server.activity.FieldChange.ChangedField;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the activity log stores, its English text, and how the texts of older versions are read. */
class ActivityFactsTest {
  private static final UserId USER = new UserId(101);
  private static final List<FieldChange> CHANGES =
      List.of(
          new FieldChange(ChangedField.NAME, "Ada", "Ada’s Books"),
          new FieldChange(ChangedField.ACCEPTING, true, false),
          new FieldChange(ChangedField.REQUESTS_ALLOWED, 3, 5),
          new FieldChange(ChangedField.COLOUR, null, null));

  @ParameterizedTest
  @EnumSource
  void everyKindComesBackAsItWasStored(ActivityKind kind) {
    var facts = new ActivityFacts(kind, exampleOf(kind));

    assertThat(ActivityFacts.ofStored(kind.wireName(), facts.storedDetails(), "")).isEqualTo(facts);
    assertThat(ActivityEnglish.describe(facts.details())).isNotBlank();
  }

  private static ActivityDetails exampleOf(ActivityKind kind) {
    return Stream.of(
            new RequestDetails("Kindred"),
            new ProfileDetails(CHANGES),
            new TierDetails("Reader", 3, "month", CHANGES),
            new ActivityDetails.TierDeletionDetails("Reader", "Patron"),
            new ActivityDetails.AllowanceDetails(USER, "Amara", 7),
            new ActivityDetails.TeamRoleDetails(USER, "Kofi", "people"),
            new ActivityDetails.ListImportDetails(3, 1),
            new SupporterDetails(USER, "Amara", "Reader"),
            new SupporterTierDetails(USER, "Amara", "Reader", "Patron"),
            new ActivityDetails.FollowedTierDetails(USER, "Amara", "Reader", "Patron", "patreon"),
            new ActivityDetails.SourceDetails("kofi"),
            new GrantDetails(USER, "Amara", -2, "Too many"),
            new InvitationDetails("team", 1, null),
            new ActivityDetails.InvitationsEndDetails(USER, "Grace", 3),
            new MemberDetails(USER, "Grace"),
            new TextDetails("old_kind", "Something"))
        .filter(kind.detailsType()::isInstance)
        .findFirst()
        .orElseThrow();
  }

  @Test
  void detailsAreStoredWithoutWhatIsNotKnown() {
    var facts =
        new ActivityFacts(
            ActivityKind.SUPPORTER_TIER_CHANGED,
            new SupporterTierDetails(null, "Amara", null, "Patron"));

    assertThat(facts.storedDetails())
        .isEqualTo("{\"supporter_name\":\"Amara\",\"new_tier\":\"Patron\"}");
  }

  @Test
  void aKindHasDetailsOfItsOwnType() {
    var details = new RequestDetails("Kindred");
    assertThatThrownBy(() -> new ActivityFacts(ActivityKind.QUOTA_GRANTED, details))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("GrantDetails");
  }

  @Test
  void everyChangedFieldIsDescribed() {
    for (ChangedField field : ChangedField.values()) {
      var change = new FieldChange(field, false, true);
      assertThat(ActivityEnglish.describe(new ProfileDetails(List.of(change)))).isNotBlank();
    }
    assertThat(ActivityEnglish.describe(new ProfileDetails(CHANGES.subList(0, 2))))
        .isEqualTo("Renamed to Ada’s Books; Requests paused");
  }

  /** Every text that an older version could write, except the ambiguous ones below. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "request_created | The Left Hand: of Darkness",
        "reply_added | Kindred",
        "creator_changed | Accepting requests again",
        "creator_changed | Requests paused",
        "creator_changed | Rules changed",
        "creator_changed | Rules removed",
        "creator_changed | What was asked for is shown",
        "creator_changed | What was asked for is hidden",
        "creator_changed | The team may answer its own requests",
        "creator_changed | The team may not answer its own requests",
        "creator_changed | New colour",
        "creator_changed | New picture",
        "creator_changed | Picture removed",
        "creator_changed | Renamed to Notice: me",
        "creator_changed | Notice: Renamed to nothing",
        "creator_changed | 'Notice: '",
        "tier_created | Reader: 3",
        "tier_changed | Reader: gold: 3 a month",
        "supporter_joined | Amara",
        "supporter_tier_changed | Amara: Patron",
        "quota_granted | Amara: +2, 'for once: +1, or so'",
        "quota_granted | Amara: -2, too many",
        "invitation_created | team",
        "invitation_created | supporter",
        "invitation_revoked | ''",
        "team_member_added | Grace",
        "team_member_removed | Grace: the second"
      })
  void anOlderTextIsTurnedIntoFactsWithoutLoss(String kind, String text) {
    ActivityFacts facts = ActivityFacts.ofStored(kind, null, text);

    assertThat(facts.kind().wireName()).isEqualTo(kind);
    assertThat(ActivityEnglish.describe(facts.details())).isEqualTo(text);
    assertThat(ActivityFacts.ofStored(kind, facts.storedDetails(), "")).isEqualTo(facts);
  }

  @Test
  void anOlderTextHasTheFactsThatItTells() {
    assertThat(read("creator_changed", "Notice: Back on Monday"))
        .isEqualTo(
            new ProfileDetails(
                List.of(new FieldChange(ChangedField.NOTICE, null, "Back on Monday"))));
    assertThat(read("creator_changed", "Requests paused"))
        .isEqualTo(
            new ProfileDetails(List.of(new FieldChange(ChangedField.ACCEPTING, true, false))));
    assertThat(read("tier_changed", "Reader: gold: 3 a month"))
        .isEqualTo(new TierDetails("Reader: gold", 3, "month", List.of()));
    assertThat(read("quota_granted", "Amara: +2, for once: +1"))
        .isEqualTo(new GrantDetails(null, "Amara", 2, "for once: +1"));
    assertThat(read("supporter_tier_changed", "Amara: Patron"))
        .isEqualTo(new SupporterTierDetails(null, "Amara", null, "Patron"));
  }

  private static ActivityDetails read(String kind, String text) {
    return ActivityFacts.ofStored(kind, null, text).details();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "creator_changed | Something else",
        "tier_created | Reader",
        "tier_created | Reader: 99999999999999",
        "supporter_tier_changed | Amara: the: Patron",
        "quota_granted | Amara",
        "invitation_created | somebody",
        "shelf_painted | blue",
        "text | already a text"
      })
  void anOlderTextThatIsNotUnderstoodIsKept(String kind, String text) {
    ActivityFacts facts = ActivityFacts.ofStored(kind, null, text);

    assertThat(facts).isEqualTo(new ActivityFacts(ActivityKind.TEXT, new TextDetails(kind, text)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"{\"colour\":\"blue\"}", "{}"})
  void whatANewerNodeStoresIsShownByItsKind(String details) {
    ActivityFacts facts = ActivityFacts.ofStored("shelf_painted", details, "");

    assertThat(facts.kind()).isEqualTo(ActivityKind.TEXT);
    assertThat(ActivityEnglish.describe(facts.details())).isEqualTo("shelf painted");
    assertThat(
            ActivityFacts.ofStored("reply_added", "{\"title\":\"Emma\",\"more\":1}", "").details())
        .isEqualTo(new RequestDetails("Emma"));
  }

  @Test
  void allTypesOfDetailsBelongToAKind() {
    assertThat(Arrays.stream(ActivityKind.values()).map(ActivityKind::detailsType))
        .containsAll(
            Arrays.stream(ActivityDetails.class.getPermittedSubclasses())
                .<Class<? extends ActivityDetails>>map(
                    type -> type.asSubclass(ActivityDetails.class))
                .toList());
  }
}
