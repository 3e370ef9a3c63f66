package io.bookbell.server.receipt;

import static org.assertj.core.api.Assertions.assertThat;

import io.bookbell.hub.UserId;
import io.bookbell.server.DomainTest;
import io.bookbell.server.inbox.InboxStore;
import io.bookbell.server.inbox.InboxStore.RequestRevision;
import io.bookbell.server.quota.Period;
import io.bookbell.server.receipt.ReceiptService.SeenStatus;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Whether supporters are told that the team has what they said. */
class SeenByTeamTest extends DomainTest {
  private static final Duration RETENTION = Duration.ofDays(30);

  private UserId creator;
  private UserId supporter;

  @BeforeEach
  void people() {
    creator = domain.creator("mara");
    supporter = domain.supporter(creator, "amara", 5);
  }

  private List<Boolean> seen(UserId asker, long request) {
    return domain
        .read(tx -> domain.features.receipts.listSeenByTeam(tx, asker, request))
        .items()
        .stream()
        .map(SeenStatus::seen)
        .toList();
  }

  private void hasAll(UserId user) {
    acknowledge(user, domain.head(user));
  }

  private void acknowledge(UserId user, long seq) {
    var positions = new TreeMap<>(Map.of(new Device(user, "device of " + user), seq));
    domain.write(
        tx -> {
          domain.features.receipts.acknowledgePositions(tx, positions);
          return true;
        });
  }

  private void removeOld() {
    var services = domain.features;
    var retention =
        new MessageRetention(
            services.inbox, services.receipts, services.sessions, services.keys, RETENTION);
    domain.write(tx -> retention.removeBatch(tx, new UserId(1)));
  }

  @Test
  void whatWasRemovedBeforeAnybodyHadItIsNotSeen() {
    long request = domain.ask(supporter, creator, "Kindred").id();
    domain.passes(RETENTION.plusDays(1));
    removeOld();

    assertThat(domain.inboxTypes(creator)).isEmpty();
    assertThat(seen(supporter, request)).containsExactly(false);
  }

  @Test
  void whatOneOfTheTeamHadStaysSeenWhenItIsRemoved() {
    UserId colleague = domain.teamMember(creator, "otto");
    long request = domain.ask(supporter, creator, "Kindred").id();
    assertThat(seen(supporter, request)).containsExactly(false);
    hasAll(colleague);
    assertThat(seen(supporter, request)).containsExactly(true);
    domain.passes(Duration.ofHours(2));
    removeOld();

    assertThat(domain.inboxTypes(colleague)).isEmpty();
    assertThat(domain.inboxTypes(creator)).as("the creator hasn't had it").isNotEmpty();
    assertThat(seen(supporter, request)).containsExactly(true);
  }

  @Test
  void whatWasSaidBeforeSomebodyJoinedTheTeamIsNotSeenByThem() {
    long request = domain.ask(supporter, creator, "Kindred").id();
    UserId colleague = domain.teamMember(creator, "otto");
    hasAll(colleague);

    assertThat(seen(supporter, request)).containsExactly(false);
  }

  @Test
  void whatWasImportedIsNotSeen() {
    long request = domain.ask(supporter, creator, "Kindred").id();
    domain.write(
        tx -> {
          tx.update("DELETE FROM inbox");
          tx.update("UPDATE inbox_head SET seq = 0, floor = 0");
          tx.update("DELETE FROM message");
          InboxStore.recordPastRevisions(tx, List.of(new RequestRevision(request, 1)));
          return true;
        });

    assertThat(seen(supporter, request)).containsExactly(false);
  }

  @Test
  void theAskersOwnDeviceIsNoneOfTheTeam() {
    UserId member = domain.teamMember(creator, "otto");
    domain.join(creator, member, domain.tier(creator, 6, Period.NONE));
    long request = domain.ask(member, creator, "Kindred").id();
    hasAll(member);

    assertThat(seen(member, request)).containsExactly(false);
    hasAll(creator);
    assertThat(seen(member, request)).containsExactly(true);
  }

  /** Such as one of before the database was restored. */
  @Test
  void anAcknowledgementOfWhatWasNeverSentCountsUpToTheNewestMessage() {
    domain.ask(supporter, creator, "Kindred");
    acknowledge(creator, domain.head(creator) + 1_000);
    long request = domain.ask(supporter, creator, "Dawn").id();

    assertThat(seen(supporter, request)).containsExactly(false);
    hasAll(creator);
    assertThat(seen(supporter, request)).containsExactly(true);
  }
}
