package io.bookbell.server.quota;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.bookbell.hub.UserId;
import io.bookbell.server.DomainTest;
import io.bookbell.server.http.NullableInteger;
import io.bookbell.server.http.PageRequest;
import io.bookbell.server.json.Json;
import io.bookbell.server.quota.SupporterService.SupporterChanges;
import io.bookbell.server.quota.TierService.TierChanges;
import io.bookbell.server.storage.Transaction;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Supplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is shown, and logged, when something about a supporter changes. */
class SupporterChangesTest extends DomainTest {
  private UserId creator;
  private UserId reader;
  private SupporterService supporters;
  private QuotaService shared;

  /** The other system has taken more than Bookbell has counted: one request is left there. */
  private static final class OneLeft implements SharedCounter {
    @Override
    public ConsumeResult consume(Transaction tx, UserId creator, UserId user) {
      return ConsumeResult.TAKEN;
    }

    @Override
    public boolean refund(Transaction tx, UserId creator, UserId user) {
      return true;
    }

    @Override
    public Supplier<OptionalInt> findRemainingLater(Transaction tx, UserId creator, UserId user) {
      return () -> OptionalInt.of(1);
    }
  }

  @BeforeEach
  void people() {
    creator = domain.creator("mara");
    reader = domain.supporter(creator, "amara", 5);
    var services = domain.features;
    shared = new QuotaService(new OneLeft());
    supporters =
        new SupporterService(
            services.creators,
            services.access,
            services.tiers,
            shared,
            services.activity,
            services.inbox);
  }

  @Test
  void everythingThatIsShownCountsWhatTheOtherSystemHasTaken() throws Exception {
    var granted =
        domain.write(tx -> supporters.grantRequests(tx, creator, creator, reader, 1, "Hi"));
    assertThat(granted.quota().remaining()).isEqualTo(1);
    assertThat(remainingInMessage()).isEqualTo(1);
    assertThat(change(7).requestsUsed()).isEqualTo(7);
    assertThat(remainingInMessage()).isEqualTo(1);
    var account = domain.read(tx -> supporters.getAccount(tx, creator, creator, reader));
    assertThat(account.quota().remaining()).isEqualTo(1);
    assertThat(account.supporter().requestsUsed()).isEqualTo(7);
    var page = new PageRequest(10, Optional.empty());
    var list = domain.read(tx -> supporters.list(tx, creator, creator, Optional.empty(), page));
    assertThat(list.items()).extracting(Supporter::requestsUsed).containsExactly(7);
  }

  @Test
  void whoeverFollowsATierOrIsRestoredSeesItToo() throws Exception {
    var services = domain.features;
    long tier = domain.tier(creator, 9, Period.NONE);
    var followed = new SyncedTierService(services.tiers, shared, services.activity, services.inbox);
    domain.write(
        tx -> {
          followed.moveSupporter(tx, creator, reader, tier, "patreon");
          return true;
        });
    assertThat(remainingInMessage()).isEqualTo(1);
    domain.write(
        tx -> {
          supporters.removeSupporter(
              tx, creator, services.creators.lockCreator(tx, creator), reader);
          return supporters.restoreSupporter(tx, creator, creator, reader, tier);
        });
    assertThat(remainingInMessage()).isEqualTo(1);
  }

  private int remainingInMessage() throws Exception {
    var newest = domain.read(tx -> domain.features.inbox.readAfter(tx, reader, 0, 100)).getLast();
    var message = Json.readTree(new String(newest.message().json(), UTF_8));
    assertThat(message.get("type").asText()).isEqualTo("quota_update");
    return message.at("/quota/remaining").asInt();
  }

  private Supporter change(Integer allowance) {
    var changes =
        new SupporterChanges(Optional.empty(), Optional.of(new NullableInteger(allowance)));
    return domain.write(tx -> supporters.change(tx, creator, creator, reader, changes));
  }

  @Test
  void whatStaysAsItWasIsNotLogged() {
    long tier = domain.read(tx -> domain.features.tiers.list(tx, creator, creator)).getFirst().id();
    int before = logged();
    domain.write(tx -> supporters.setTier(tx, creator, creator, reader, tier));
    assertThat(logged()).isEqualTo(before);
    change(null);
    assertThat(logged()).isEqualTo(before);
    var same = new TierChanges(Optional.empty(), Optional.of(5), Optional.of(Period.NONE));
    domain.write(tx -> domain.features.tiers.update(tx, creator, tier, same));
    assertThat(logged()).isEqualTo(before);

    change(7);
    change(7);
    assertThat(logged()).isEqualTo(before + 1);
  }

  private int logged() {
    return domain.read(
        tx ->
            tx.query("SELECT count(*) AS amount FROM activity")
                .single(row -> row.getInt("amount")));
  }
}
