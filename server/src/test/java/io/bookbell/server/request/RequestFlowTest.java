package io.bookbell.server.request;

import static io.bookbell.server.request.Status.APPROVED;
import static io.bookbell.server.request.Status.CANCELLED;
import static io.bookbell.server.request.Status.COMPLETED;
import static io.bookbell.server.request.Status.PENDING;
import static io.bookbell.server.request.Status.REJECTED;
import static org.assertj.core.api.Assertions.assertThat;

import io.bookbell.hub.UserId;
import io.bookbell.server.DomainTest;
import io.bookbell.server.activity.ActivityLog;
import io.bookbell.server.creator.ProfileService;
import io.bookbell.server.http.PageRequest;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Every transition of a request, and who is notified of it. */
class RequestFlowTest extends DomainTest {
  private static final Map<Status, Set<Status>> ALLOWED =
      Map.of(
          PENDING, Set.of(APPROVED, REJECTED, CANCELLED),
          APPROVED, Set.of(COMPLETED, REJECTED),
          REJECTED, Set.of(),
          COMPLETED, Set.of(),
          CANCELLED, Set.of());

  private UserId creator;
  private UserId member;
  private UserId supporter;

  @BeforeEach
  void people() {
    creator = domain.creator("mara");
    member = domain.teamMember(creator, "ines");
    supporter = domain.supporter(creator, "amara", 5);
    domain.sent.clear();
  }

  @AfterEach
  void theStoredDataAgree() {
    assertThat(domain.breaches()).isEmpty();
  }

  @Test
  void askingConsumesAndTellsEverybodyOnce() {
    long before = domain.head(supporter);

    BookRequest request = domain.ask(supporter, creator, "Kindred");

    assertThat(request.status()).isEqualTo(PENDING);
    assertThat(domain.used(creator, supporter)).isEqualTo(1);
    assertThat(domain.pending(creator)).isEqualTo(1);
    assertThat(newTypes(supporter, before)).containsExactly("book_request_update", "quota_update");
    assertThat(newTypes(creator, 0))
        .endsWith("book_request_update", "pending_count_update", "notification");
    assertThat(newTypes(member, 0))
        .endsWith("book_request_update", "pending_count_update", "notification");
  }

  @Test
  void whatTheOneWhoAsksIsShownIsWhatIsStored() {
    var wanted =
        new NewRequest(creator, "Kindred", "Octavia E. Butler", "9780807083697", "Please", 42);

    BookRequest shown = domain.write(tx -> domain.features.requests.create(tx, supporter, wanted));

    assertThat(shown)
        .isEqualTo(domain.read(tx -> domain.features.requests.get(tx, supporter, shown.id())));
    assertThat(shown.note()).isEqualTo("Please");
  }

  @Test
  void whoIsSupporterAndAdminGetsEachMessageOnce() {
    UserId both = domain.supporter(creator, "both", 3);
    domain.write(
        tx ->
            domain.features.team.addMember(
                tx, creator, domain.features.creators.lockCreator(tx, creator), both));
    long before = domain.head(both);

    domain.ask(both, creator, "Beloved");

    assertThat(newTypes(both, before))
        .as("and no notification of what they did themselves")
        .containsExactly("book_request_update", "quota_update", "pending_count_update");
  }

  @Test
  void everyTransitionIsAllowedOrRefusedAsTheProtocolSays() {
    UserId many = domain.supporter(creator, "many", 100);
    for (Status from : Status.values()) {
      for (Status to : List.of(APPROVED, REJECTED, COMPLETED, CANCELLED)) {
        long request = requestIn(from, many);
        if (ALLOWED.get(from).contains(to)) {
          assertThat(move(request, to, many).status()).isEqualTo(to);
        } else {
          refused("invalid_transition", () -> move(request, to, many))
              .hasMessageContaining("is " + from.wireName())
              .hasMessageContaining("cannot become " + to.wireName());
        }
      }
    }
  }

  private long requestIn(Status status, UserId asker) {
    long id = domain.ask(asker, creator, "A book").id();
    if (status == COMPLETED) {
      domain.answer(creator, id, APPROVED);
    }
    if (status != PENDING) {
      move(id, status, asker);
    }
    return id;
  }

  private BookRequest move(long request, Status to, UserId owner) {
    return to == CANCELLED
        ? domain.write(tx -> domain.features.requests.cancelRequest(tx, owner, request))
        : domain.answer(member, request, to);
  }

  @Test
  void rejectingGivesBackOnceAndSaysSoAtOnce() {
    long request = domain.ask(supporter, creator, "Ulysses").id();
    domain.answer(member, request, APPROVED);
    long before = domain.head(supporter);

    BookRequest rejected = domain.answer(creator, request, REJECTED);

    assertThat(rejected.refunded()).isTrue();
    assertThat(rejected.respondedBy()).isEqualTo(creator);
    assertThat(domain.used(creator, supporter)).isZero();
    assertThat(newTypes(supporter, before))
        .containsExactly("book_request_update", "quota_update", "notification");
    refused("invalid_transition", () -> domain.answer(member, request, REJECTED))
        .hasMessageContaining("by mara");
    assertThat(domain.used(creator, supporter)).isZero();
  }

  @Test
  void cancellingGivesBackAndNotifiesNobody() {
    long request = domain.ask(supporter, creator, "Emma").id();
    long before = domain.head(member);

    domain.write(tx -> domain.features.requests.cancelRequest(tx, supporter, request));

    assertThat(domain.used(creator, supporter)).isZero();
    assertThat(domain.pending(creator)).isZero();
    assertThat(newTypes(member, before))
        .containsExactly("book_request_update", "pending_count_update");
  }

  @Test
  void bothSidesTalkAndTheOtherIsNotified() {
    long request = domain.ask(supporter, creator, "Persuasion").id();
    long member0 = domain.head(member);
    long supporter0 = domain.head(supporter);

    domain.write(tx -> domain.features.requests.addReply(tx, supporter, request, "Please?"));
    domain.write(tx -> domain.features.requests.addReply(tx, creator, request, "Soon."));

    assertThat(newTypes(member, member0))
        .containsExactly("book_request_update", "notification", "book_request_update");
    assertThat(newTypes(supporter, supporter0))
        .containsExactly("book_request_update", "book_request_update", "notification");
    BookRequest after = domain.read(tx -> domain.features.requests.get(tx, member, request));
    assertThat(after.replies())
        .extracting(BookRequest.Reply::body)
        .containsExactly("Please?", "Soon.");
  }

  @Test
  void whatIsRefusedLeavesNothingBehind() {
    UserId poor = domain.supporter(creator, "poor", 0);
    UserId stranger = domain.account("stranger");
    long heads = domain.head(creator);

    refused("quota_exhausted", () -> domain.ask(poor, creator, "Middlemarch"));
    refused("not_found", () -> domain.ask(stranger, creator, "Middlemarch"));
    refused("forbidden", () -> domain.ask(member, creator, "Middlemarch"));
    domain.write(
        tx ->
            domain.features.profile.update(
                tx,
                creator,
                creator,
                new ProfileService.ProfileChanges(
                    Optional.empty(),
                    Optional.of(false),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty())));
    refused("not_accepting", () -> domain.ask(supporter, creator, "Middlemarch"));
    refused("forbidden", () -> domain.ask(member, creator, "Middlemarch"));
    refused("not_found", () -> domain.ask(stranger, creator, "Middlemarch"));

    assertThat(domain.head(creator)).isEqualTo(heads);
    assertThat(domain.pending(creator)).isZero();
    assertThat(domain.used(creator, supporter)).isZero();
  }

  @Test
  void whoMayNotSeeARequestIsToldThatThereIsNone() {
    long request = domain.ask(supporter, creator, "Silas Marner").id();
    UserId fellow = domain.supporter(creator, "fellow", 7);
    UserId elsewhere = domain.creator("elsewhere");

    for (UserId outsider : List.of(fellow, elsewhere)) {
      refused("not_found", () -> domain.answer(outsider, request, APPROVED));
      refused(
          "not_found",
          () -> domain.read(tx -> domain.features.requests.get(tx, outsider, request)));
      refused(
          "not_found",
          () -> domain.write(tx -> domain.features.requests.addReply(tx, outsider, request, "x")));
      refused(
          "not_found",
          () -> domain.write(tx -> domain.features.requests.cancelRequest(tx, outsider, request)));
    }
    refused("forbidden", () -> domain.answer(supporter, request, APPROVED));
    refused(
        "forbidden",
        () -> domain.write(tx -> domain.features.requests.cancelRequest(tx, member, request)));
  }

  @Test
  void theLogSaysWhoDidWhat() {
    long request = domain.ask(supporter, creator, "Dracula").id();
    domain.answer(member, request, APPROVED);
    domain.write(tx -> domain.features.requests.addReply(tx, supporter, request, "Thanks!"));

    var log =
        domain.read(
            tx ->
                domain
                    .features
                    .activity
                    .listLater(
                        tx,
                        creator,
                        ActivityLog.ActivityFilter.NONE,
                        new PageRequest(3, Optional.empty()))
                    .get());

    assertThat(log.items())
        .extracting(activityItem -> activityItem.actorName() + " " + activityItem.kind().wireName())
        .containsExactly("amara reply_added", "ines request_approved", "amara request_created");
    assertThat(log.nextCursor()).isNotNull();
  }

  private List<String> newTypes(UserId user, long after) {
    List<String> all = domain.inboxTypes(user);
    return all.subList((int) after, all.size());
  }
}
