package io.bookbell.server.request;

import static io.bookbell.server.request.Status.APPROVED;
import static io.bookbell.server.request.Status.REJECTED;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.bookbell.hub.UserId;
import io.bookbell.server.Domain;
import io.bookbell.server.DomainTest;
import io.bookbell.server.http.ListPage;
import io.bookbell.server.http.PageCursor;
import io.bookbell.server.http.Problem;
import io.bookbell.server.request.RequestListService.RequestListQuery;
import io.bookbell.server.request.RequestListService.StatusCounts;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Bulk operations of the team inbox, on each database. */
class BulkDecisionTest extends DomainTest {
  private UserId creator;
  private UserId member;
  private UserId supporter;

  @BeforeEach
  void people() {
    creator = domain.creator("mara");
    member = domain.teamMember(creator, "ines");
    supporter = domain.supporter(creator, "amara", 100);
  }

  @Test
  void eachRequestOfABulkDecisionHasItsOwnOutcome() {
    UserId other = domain.supporter(creator, "oskar", 3);
    UserId elsewhere = domain.creator("elsewhere");
    long foreign = domain.ask(domain.supporter(elsewhere, "far", 9), elsewhere, "Foreign").id();
    List<Long> ids = asked("One", "Two", "Three");
    long theirs = domain.ask(other, creator, "Theirs").id();
    domain.answer(creator, ids.get(1), REJECTED);
    long before = domain.head(supporter);
    int sent = domain.sent.size();

    List<DecisionOutcome> outcomes =
        rejectAll(member, List.of(ids.get(0), ids.get(1), ids.get(2), theirs, foreign));

    assertThat(outcomes)
        .extracting(DecisionOutcome::result, DecisionOutcome::code)
        .containsExactlyInAnyOrder(
            tuple("answered", null),
            tuple("refused", "invalid_transition"),
            tuple("answered", null),
            tuple("answered", null),
            tuple("refused", "not_found"));
    assertThat(outcomes)
        .filteredOn(decisionOutcome -> decisionOutcome.id() == ids.get(1))
        .allMatch(decisionOutcome -> decisionOutcome.detail().contains("by mara"));
    assertThat(domain.used(creator, supporter)).isZero();
    assertThat(domain.pending(creator)).isZero();
    assertThat(newTypes(supporter, before))
        .containsExactly(
            "book_request_update",
            "book_request_update",
            "quota_update",
            "quota_update",
            "notification");
    assertThat(notifications(sent))
        .containsExactlyInAnyOrder(
            "2 of your requests were declined, including “Three”", "“Theirs” was declined");
    assertThat(domain.breaches()).isEmpty();
  }

  @Test
  void twoAdminsWhoAnswerTheSameAtOnceGiveBackOnce() {
    var ids = asked(IntStream.range(0, 30).mapToObj(n -> "Book " + n).toArray(String[]::new));
    Domain node = domain.node();
    var bulks =
        Stream.of(domain, node, domain, node)
            .map(
                each ->
                    each.database()
                        .write(
                            tx ->
                                each.features.requests.respondToAll(
                                    tx,
                                    each == domain ? creator : member,
                                    creator,
                                    new TreeSet<>(ids),
                                    new Decision(REJECTED, "no"))))
            .toList();

    List<DecisionOutcome> all =
        bulks.stream().map(CompletableFuture::join).flatMap(List::stream).toList();
    assertThat(all).hasSize(120).filteredOn(each -> each.result().equals("answered")).hasSize(30);
    assertThat(domain.used(creator, supporter)).isZero();
    assertThat(domain.breaches()).isEmpty();
  }

  @Test
  void countsAreExactWhateverRaces() {
    var ids = asked(IntStream.range(0, 20).mapToObj(n -> "Book " + n).toArray(String[]::new));
    var commands = new ArrayList<CompletableFuture<?>>();
    for (long id : ids) {
      for (var decision : List.of(APPROVED, REJECTED)) {
        commands.add(
            domain
                .database()
                .write(
                    tx ->
                        domain.features.requests.respondToRequest(
                            tx, member, id, new Decision(decision, null)))
                .handle((_, failure) -> failure == null || Problem.findIn(failure).isPresent()));
      }
      if (id % 3 == 0) {
        commands.add(
            domain
                .database()
                .write(tx -> domain.features.requests.cancelRequest(tx, supporter, id))
                .handle((_, failure) -> failure == null || Problem.findIn(failure).isPresent()));
      }
    }
    commands.forEach(CompletableFuture::join);

    StatusCounts statusCounts =
        domain.read(tx -> domain.features.lists.countByStatus(tx, member, creator));
    var listed = all(RequestSort.NEWEST, 100).stream().map(BookRequest::status).toList();
    assertThat(statusCounts.pending()).isZero().isEqualTo(domain.pending(creator));
    assertThat(statusCounts.rejected()).isEqualTo(listed.stream().filter(REJECTED::equals).count());
    assertThat(statusCounts.approved()).isEqualTo(listed.stream().filter(APPROVED::equals).count());
    assertThat(statusCounts.rejected() + statusCounts.approved() + statusCounts.cancelled())
        .isEqualTo(20);
    assertThat(domain.breaches()).isEmpty();
    refused(
        "forbidden",
        () -> domain.read(tx -> domain.features.lists.countByStatus(tx, supporter, creator)));
  }

  @Test
  void pagesAreWholeAndRepeatNothingWhileRequestsChange() {
    for (RequestSort requestSort : RequestSort.values()) {
      var ids = new TreeSet<>(asked("A " + requestSort, "B", "C", "D", "E", "F", "G"));
      long touched = ids.first();
      var seen = new ArrayList<Long>();
      Optional<PageCursor> after = Optional.empty();
      do {
        var listPage = page(requestSort, 3, after);
        listPage.items().forEach(request -> seen.add(request.id()));
        after =
            listPage.nextCursor() == null
                ? Optional.empty()
                : Optional.of(mark(listPage.items(), requestSort));
        domain.passes(Duration.ofSeconds(1));
        domain.write(tx -> domain.features.requests.addReply(tx, member, touched, "meanwhile"));
        domain.ask(supporter, creator, "Late");
      } while (after.isPresent());

      assertThat(seen).as("%s", requestSort).doesNotHaveDuplicates();
      ids.remove(touched);
      assertThat(seen).as("%s", requestSort).containsAll(ids);
    }
  }

  private static PageCursor mark(List<BookRequest> items, RequestSort requestSort) {
    BookRequest last = items.getLast();
    return requestSort == RequestSort.UPDATED
        ? new PageCursor(last.updatedAt().toEpochMilli(), last.id())
        : PageCursor.ofId(last.id());
  }

  private List<Long> asked(String... titles) {
    return Stream.of(titles)
        .map(
            title -> {
              domain.passes(Duration.ofSeconds(1));
              return domain.ask(supporter, creator, title).id();
            })
        .toList();
  }

  private ListPage<BookRequest> page(
      RequestSort requestSort, int limit, Optional<PageCursor> after) {
    var requestFilter =
        new RequestFilter(Set.of(), Optional.empty(), Optional.empty(), requestSort, after);
    return domain.read(
        tx ->
            domain.features.lists.list(
                tx, member, new RequestListQuery(Optional.of(creator), requestFilter, limit)));
  }

  private List<BookRequest> all(RequestSort requestSort, int limit) {
    return page(requestSort, limit, Optional.empty()).items();
  }

  private List<DecisionOutcome> rejectAll(UserId admin, Collection<Long> ids) {
    return domain.write(
        tx ->
            domain.features.requests.respondToAll(
                tx, admin, creator, new TreeSet<>(ids), new Decision(REJECTED, "Not now.")));
  }

  private List<String> newTypes(UserId user, long after) {
    List<String> all = domain.inboxTypes(user);
    return all.subList((int) after, all.size());
  }

  private List<String> notifications(int after) {
    return domain.sent.subList(after, domain.sent.size()).stream()
        .map(delivery -> new String(delivery.message().json(), UTF_8))
        .filter(json -> json.startsWith("{\"type\":\"notification\""))
        .map(json -> json.replaceFirst(".*\"text\":\"([^\"]*)\".*", "$1"))
        .toList();
  }
}
