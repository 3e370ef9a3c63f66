package io.bookbell.server.receipt;

import static org.assertj.core.api.Assertions.assertThat;

import io.bookbell.hub.UserId;
import io.bookbell.server.DomainTest;
import io.bookbell.server.account.SecretTokens;
import io.bookbell.server.account.SessionClient;
import io.bookbell.server.http.Caller;
import io.bookbell.server.http.KeyScope;
import io.bookbell.server.key.KeyStore.KeyTerms;
import io.bookbell.server.receipt.ReceiptService.Receipt;
import io.bookbell.server.request.Status;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Acknowledgements by devices, and the removal of messages that are no longer needed. */
class RetentionTest extends DomainTest {
  private static final Duration RETENTION = Duration.ofDays(30);

  private UserId creator;
  private UserId supporter;
  private Device phone;
  private Device laptop;
  private Device admin;
  private long request;
  private long asked;

  @BeforeEach
  void history() {
    creator = domain.creator("mara");
    supporter = domain.supporter(creator, "amara", 5);
    phone = signIn(supporter);
    laptop = signIn(supporter);
    admin = signIn(creator);
    request = domain.ask(supporter, creator, "Ulysses").id();
    asked = domain.head(supporter);
    domain.answer(creator, request, Status.APPROVED);
  }

  private Device signIn(UserId user) {
    String token =
        domain.write(tx -> domain.features.sessions.createSession(tx, user, SessionClient.UNKNOWN));
    Caller caller =
        domain.read(tx -> domain.features.sessions.findByToken(tx, token)).orElseThrow().caller();
    return new Device(user, caller.session());
  }

  private void has(Device device, long seq) {
    domain.write(
        tx -> {
          domain.features.receipts.acknowledgePositions(tx, new TreeMap<>(Map.of(device, seq)));
          return true;
        });
  }

  private List<Receipt> receipts() {
    return domain.read(tx -> domain.features.receipts.listReceipts(tx, creator, request)).items();
  }

  private int remove() {
    var services = domain.features;
    var messageRetention =
        new MessageRetention(
            services.inbox, services.receipts, services.sessions, services.keys, RETENTION);
    int removed = 0;
    Optional<UserId> next = Optional.of(new UserId(1));
    while (next.isPresent()) {
      UserId from = next.get();
      MessageRetention.RetentionStep retentionStep =
          domain.write(tx -> messageRetention.removeBatch(tx, from));
      removed += retentionStep.removed();
      next = retentionStep.next();
    }
    return removed;
  }

  @Test
  void theFirstDeviceThatHasAnAnswerMakesItsReceipt() {
    assertThat(receipts())
        .extracting(Receipt::kind)
        .containsExactly("request_created", "request_approved");
    assertThat(receipts()).extracting(Receipt::receivedAt).containsOnlyNulls();

    has(phone, asked);
    domain.passes(Duration.ofMinutes(5));
    has(phone, domain.head(supporter));
    domain.passes(Duration.ofMinutes(5));
    has(laptop, domain.head(supporter));

    assertThat(receipts())
        .extracting(Receipt::receivedAt)
        .containsExactly(
            Instant.parse("2026-05-20T12:00:00Z"), Instant.parse("2026-05-20T12:05:00Z"));
  }

  @Test
  void theDevicesOfAdminsMakeNoReceipts() {
    has(admin, domain.head(creator));
    assertThat(receipts()).extracting(Receipt::receivedAt).containsOnlyNulls();
  }

  @Test
  void receiptsAreForAdmins() {
    refused(
        "forbidden",
        () -> domain.read(tx -> domain.features.receipts.listReceipts(tx, supporter, request)));
    UserId stranger = domain.account("stranger");
    refused(
        "not_found",
        () -> domain.read(tx -> domain.features.receipts.listReceipts(tx, stranger, request)));
  }

  @Test
  void messagesThatADeviceHasNotAcknowledgedAreKept() {
    has(phone, domain.head(supporter));
    domain.passes(RETENTION.minusDays(1));

    remove();

    assertThat(domain.inboxTypes(supporter)).hasSize((int) domain.head(supporter));
    assertThat(domain.breaches()).isEmpty();
  }

  @Test
  void messagesReceivedByAllDevicesAreRemovedLater() {
    long head = domain.head(supporter);
    has(phone, head);
    has(laptop, head - 1);
    remove();
    assertThat(domain.inboxTypes(supporter)).hasSize((int) head);

    domain.passes(Duration.ofHours(2));
    remove();

    assertThat(domain.inboxTypes(supporter)).hasSize(1);
    assertThat(domain.head(supporter)).isEqualTo(head);
    assertThat(domain.inboxTypes(creator)).hasSize((int) domain.head(creator));
    assertThat(domain.breaches()).isEmpty();
  }

  @Test
  void aDeviceThatSignedOutIsWaitedForNoMore() {
    has(phone, domain.head(supporter));
    domain.write(
        tx -> {
          domain.features.sessions.endSession(tx, supporter, laptop.session());
          return true;
        });
    domain.passes(Duration.ofHours(2));

    remove();

    assertThat(domain.inboxTypes(supporter)).isEmpty();
    assertThat(domain.breaches()).isEmpty();
  }

  @Test
  void aKeyIsWaitedForOnceItHasSaidToHaveSomethingAndUntilItIsRevoked() {
    Device program = createKey();
    long head = domain.head(supporter);
    has(phone, head);
    has(laptop, head);
    has(program, head - 1);
    domain.passes(Duration.ofHours(2));
    remove();
    assertThat(domain.inboxTypes(supporter)).hasSize(1);

    domain.write(
        tx -> {
          domain.features.keys.revokeAll(tx, supporter);
          return true;
        });
    remove();

    assertThat(domain.inboxTypes(supporter)).isEmpty();
    assertThat(domain.breaches()).isEmpty();
  }

  @Test
  void aKeyThatNeverSaidToHaveAnythingIsNotWaitedFor() {
    createKey();
    has(phone, domain.head(supporter));
    has(laptop, domain.head(supporter));
    domain.passes(Duration.ofHours(2));

    remove();

    assertThat(domain.inboxTypes(supporter)).isEmpty();
  }

  private Device createKey() {
    var keyTerms = new KeyTerms("Bot", Set.of(KeyScope.READ), Optional.empty());
    String secret =
        domain
            .write(
                tx ->
                    domain.features.keys.create(
                        tx, new Caller(supporter, phone.session(), false), keyTerms))
            .secret();
    return new Device(supporter, SecretTokens.hashToken(secret));
  }

  @Test
  void whoIsNotSignedInAndHadNothingIsWaitedFor() {
    UserId other = domain.supporter(creator, "noor", 4);
    domain.ask(other, creator, "Emma");
    domain.passes(RETENTION.minusDays(1));

    remove();

    assertThat(domain.inboxTypes(other)).hasSize((int) domain.head(other));
  }

  @Test
  void messagesThatAreTooOldAreRemovedWhoeverHasThem() {
    domain.passes(RETENTION.plusDays(1));
    domain.answer(creator, request, Status.COMPLETED);

    assertThat(remove()).isPositive();

    assertThat(domain.inboxTypes(supporter)).containsExactly("book_request_update", "notification");
    assertThat(domain.breaches()).isEmpty();
    assertThat(receipts()).hasSize(3);
  }

  @Test
  void theSequenceGoesOnBehindWhatWasRemoved() {
    long head = domain.head(supporter);
    has(phone, head);
    has(laptop, head);
    domain.passes(Duration.ofHours(2));
    remove();

    domain.answer(creator, request, Status.COMPLETED);

    assertThat(domain.head(supporter)).isEqualTo(head + 2);
    assertThat(domain.inboxTypes(supporter)).hasSize(2);
    assertThat(domain.breaches()).isEmpty();
  }

  @Test
  void aRowThatIsMissingBehindWhatWasRemovedIsFound() {
    domain.write(tx -> tx.update("DELETE FROM inbox WHERE seq = 1 AND user_id = ?", supporter));
    assertThat(domain.breaches())
        .anyMatch(invariantViolation -> invariantViolation.invariant() == 4);
  }
}
