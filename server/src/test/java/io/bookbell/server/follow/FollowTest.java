package io.bookbell.server.follow;

import static io.bookbell.server.request.Status.APPROVED;
import static io.bookbell.server.request.Status.COMPLETED;
import static io.bookbell.server.request.Status.REJECTED;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.bookbell.hub.UserId;
import io.bookbell.server.DomainTest;
import io.bookbell.server.creator.ProfileService;
import io.bookbell.server.http.PageRequest;
import io.bookbell.server.request.BookRequest;
import io.bookbell.server.request.NewRequest;
import io.bookbell.server.request.RequestFilter;
import io.bookbell.server.request.RequestListService;
import io.bookbell.server.request.RequestSort;
import io.bookbell.server.request.RequestedBook;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Finding existing requests for a book, and following them. */
class FollowTest extends DomainTest {
  private UserId creator;
  private UserId asker;
  private UserId reader;

  @BeforeEach
  void people() {
    creator = domain.creator("mara");
    asker = domain.supporter(creator, "amara", 9);
    reader = domain.supporter(creator, "yusuf", 2);
  }

  @AfterEach
  void theStoredDataAgree() {
    assertThat(domain.breaches()).isEmpty();
  }

  @Test
  void followingCostsNothingAndIsCountedOnceForThoseWhoSeeTheRequest() {
    long id = domain.ask(asker, creator, "Kindred").id();
    domain.sent.clear();

    RequestedBook followed = follow(reader, id);
    assertThat(follow(reader, id)).isEqualTo(followed);

    assertThat(followed.followers()).isEqualTo(1);
    assertThat(followed.following()).isTrue();
    assertThat(domain.used(creator, reader)).isZero();
    assertThat(followersUpdates()).containsExactly(followersUpdate(id, 1));
    assertThat(bodies(reader, 0)).noneMatch(body -> body.contains("Kindred"));

    unfollow(reader, id);
    unfollow(reader, id);
    assertThat(followersUpdates()).containsExactly(followersUpdate(id, 1), followersUpdate(id, 0));
    assertThat(following(reader)).isEmpty();
  }

  @Test
  void followersAreToldHowItEndsAndNothingElse() {
    long id = domain.ask(asker, creator, "Kindred").id();
    follow(reader, id);
    long before = domain.head(reader);

    domain.write(tx -> domain.features.requests.addReply(tx, creator, id, "a secret"));
    domain.answer(creator, id, APPROVED);
    domain.answer(creator, id, COMPLETED);

    assertThat(bodies(reader, before))
        .hasSize(2)
        .allMatch(body -> body.startsWith("{\"type\":\"notification\""))
        .allMatch(body -> body.contains("Kindred"))
        .noneMatch(body -> body.contains("amara") || body.contains("a word"));
    assertThat(bodies(reader, before).getFirst()).contains("followed_request_approved");
    assertThat(bodies(reader, before).getLast()).contains("followed_request_completed");
    assertThat(following(reader)).singleElement().returns(COMPLETED, RequestedBook::status);
    refused("not_found", () -> domain.read(tx -> domain.features.requests.get(tx, reader, id)));
  }

  @Test
  void followersLearnThatARequestWasTakenBack() {
    long id = domain.ask(asker, creator, "Kindred").id();
    follow(reader, id);

    domain.write(tx -> domain.features.requests.cancelRequest(tx, asker, id));

    assertThat(bodies(reader, 0)).last().asString().contains("followed_request_cancelled");
  }

  @Test
  void onlyWhatIsShownAndStillOpenIsFollowedAndOnlyBySupporters() {
    long open = domain.ask(asker, creator, "Kindred").id();
    long done = domain.ask(asker, creator, "Dawn").id();
    domain.answer(creator, done, APPROVED);
    domain.answer(creator, done, COMPLETED);
    long declined = domain.ask(asker, creator, "Fledgling").id();
    domain.answer(creator, declined, REJECTED);
    UserId elsewhere = domain.supporter(domain.creator("other"), "stranger", 1);

    refused("own_request", () -> follow(asker, open));
    refused("request_closed", () -> follow(reader, done));
    refused("not_found", () -> follow(reader, declined));
    refused("forbidden", () -> follow(creator, open));
    refused("not_found", () -> follow(elsewhere, open));
    refused("not_found", () -> asked(elsewhere, "kin"));

    show(false);
    refused("not_found", () -> follow(reader, open));
    assertThat(asked(reader, "kin")).isEmpty();
    assertThat(asked(asker, "kin")).singleElement().returns(true, RequestedBook::mine);
    show(true);
    assertThat(asked(reader, "kin")).hasSize(1);
  }

  @Test
  void aBookThatManyPeopleWantHidesNoOther() {
    UserId keen = domain.supporter(creator, "keen", 200);
    for (int request = 0; request < 120; request++) {
      domain.ask(keen, creator, "Zebra Story");
    }
    domain.ask(keen, creator, "Zebra Quest");

    assertThat(titles("zebra")).containsExactlyInAnyOrder("Zebra Story", "Zebra Quest");
  }

  @Test
  void booksAreFoundByTheBeginningsOfTheirWords() {
    ask("Doña Bárbara", "Rómulo Gallegos");
    ask("ノルウェイの森", "村上春樹");
    ask("The Left Hand of Darkness", "Ursula K. Le Guin");
    ask("The left hand of darkness!", "URSULA K. LE GUIN");

    assertThat(titles("dona barb")).containsExactly("Doña Bárbara");
    assertThat(titles("gall DON")).containsExactly("Doña Bárbara");
    assertThat(titles("の森")).containsExactly("ノルウェイの森");
    assertThat(titles("left guin")).as("one book, asked for twice").hasSize(1);
    assertThat(titles("eft")).as("not from within a word").isEmpty();
    assertThat(titles("left middlemarch")).isEmpty();
    assertThat(titles("l")).as("too little to go by").isEmpty();
    assertThat(titles("%")).isEmpty();
  }

  @Test
  void whatWasAskedForBeforeThereWasASearchIsFoundToo() {
    long id = domain.ask(asker, creator, "Kindred").id();
    domain.write(
        tx -> {
          tx.update("DELETE FROM request_word");
          return tx.update("INSERT INTO search_backlog (id, below) VALUES (1, ?)", id + 1);
        });
    assertThat(asked(reader, "kindred")).isEmpty();
    assertThat(listed(creator, "KINDRED")).as("the team's search").containsExactly(id);
    assertThat(listed(asker, "kindr")).as("one's own").containsExactly(id);

    assertThat(domain.write(domain.features.requestedBooks::indexOlder)).as("some").isTrue();
    assertThat(domain.write(domain.features.requestedBooks::indexOlder)).as("none left").isFalse();

    assertThat(asked(reader, "kindred")).singleElement().returns(id, RequestedBook::id);
    assertThat(listed(creator, "KINDRED")).containsExactly(id);
    long later = domain.ask(asker, creator, "Kindred spirits").id();
    assertThat(listed(creator, "kindred")).containsExactly(later, id);
  }

  @Test
  void followingEndsWithTheSupport() {
    long id = domain.ask(asker, creator, "Kindred").id();
    follow(reader, id);

    domain.write(tx -> tx.update("DELETE FROM membership WHERE user_id = ?", reader));
    long before = domain.head(reader);
    domain.answer(creator, id, APPROVED);

    assertThat(domain.head(reader)).isEqualTo(before);
    assertThat(following(reader)).isEmpty();
  }

  private RequestedBook follow(UserId user, long id) {
    return domain.write(tx -> domain.features.following.followRequest(tx, user, id));
  }

  private void unfollow(UserId user, long id) {
    domain.write(
        tx -> {
          domain.features.following.unfollowRequest(tx, user, id);
          return true;
        });
  }

  private List<RequestedBook> following(UserId user) {
    var page = new PageRequest(10, Optional.empty());
    return domain.read(tx -> domain.features.requestedBooks.listFollowed(tx, user, page)).items();
  }

  private List<RequestedBook> asked(UserId user, String text) {
    return domain
        .read(tx -> domain.features.requestedBooks.searchBooks(tx, user, creator, text))
        .items();
  }

  private List<Long> listed(UserId user, String text) {
    var requestFilter =
        new RequestFilter(
            Set.of(), Optional.empty(), Optional.of(text), RequestSort.NEWEST, Optional.empty());
    var requestListQuery =
        new RequestListService.RequestListQuery(Optional.of(creator), requestFilter, 10);
    return domain
        .read(tx -> domain.features.lists.list(tx, user, requestListQuery))
        .items()
        .stream()
        .map(BookRequest::id)
        .toList();
  }

  private List<String> titles(String text) {
    return asked(reader, text).stream().map(RequestedBook::title).toList();
  }

  private void ask(String title, String author) {
    var wanted = new NewRequest(creator, title, author, null, null, null);
    domain.write(tx -> domain.features.requests.create(tx, asker, wanted));
  }

  private void show(boolean asked) {
    var profileChanges =
        new ProfileService.ProfileChanges(
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.of(asked),
            Optional.empty(),
            Optional.empty());
    domain.write(tx -> domain.features.profile.update(tx, creator, creator, profileChanges));
  }

  /** The messages about followers, all of them unnumbered and for those who see the request. */
  private List<String> followersUpdates() {
    return domain.sent.stream()
        .peek(delivery -> assertThat(delivery.sequence()).isEmpty())
        .peek(delivery -> assertThat(delivery.unnumbered()).isEqualTo(Set.of(creator, asker)))
        .map(delivery -> new String(delivery.message().json(), UTF_8))
        .toList();
  }

  private String followersUpdate(long id, int followers) {
    return "{\"type\":\"followers_update\",\"creator_id\":%s,\"book_request_id\":%d,\"followers\":%d}"
        .formatted(creator, id, followers);
  }

  private List<String> bodies(UserId user, long after) {
    return domain.read(tx -> domain.features.inbox.readAfter(tx, user, after, 1000)).stream()
        .map(numberedMessage -> new String(numberedMessage.message().json(), UTF_8))
        .toList();
  }
}
