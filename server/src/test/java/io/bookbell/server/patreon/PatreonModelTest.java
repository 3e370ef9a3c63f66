package io.bookbell.server.patreon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.bookbell.hub.UserId;
import io.bookbell.server.DomainTest;
import io.bookbell.server.account.AccountStore.NewAccount;
import io.bookbell.server.http.Caller;
import io.bookbell.server.membership.RefreshQueue;
import io.bookbell.server.membership.SourceService.TierMapping;
import io.bookbell.server.membership.SourceSync;
import io.bookbell.server.membership.SourceWorker;
import io.bookbell.server.membership.SyncCounts;
import io.bookbell.server.network.EnvironmentProxies;
import io.bookbell.server.quota.Ledger.LedgerEntry;
import io.bookbell.server.quota.Period;
import io.bookbell.server.storage.Transaction;
import io.bookbell.server.support.StandInPatreon;
import io.bookbell.server.support.StandInPatreon.Patron;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A stand-in of Patreon with many members and a month of events, which come shuffled, twice or not
 * at all: tiers and ledgers equal a model. With {@code -Dpatrons=5000} it is as large as a campaign
 * may be.
 */
class PatreonModelTest extends DomainTest {
  private static final int PATRONS = Integer.getInteger("patrons", 150);
  private static final int DAYS = 30;
  private static final int CHANGES_A_DAY = Math.max(10, PATRONS / 50);
  private static final int EVENTS_AT_ONCE = 25;
  private static final int DAYS_BETWEEN_SYNCS = 7;
  private static final Duration GRACE = Duration.ofDays(7);

  /** The status of somebody who has no membership any more, which Patreon doesn't list. */
  private static final String GONE = "gone";

  private final long seed = Long.getLong("seed", System.nanoTime());
  private final Random random = new Random(seed);
  private final StandInPatreon patreon = new StandInPatreon();
  private final Map<String, ModelMember> model = new HashMap<>();
  private final Map<String, Patron> patrons = new HashMap<>();
  private final Map<String, UserId> users = new HashMap<>();
  private final RefreshQueue refreshQueue = new RefreshQueue();
  private UserId creator;
  private Map<String, Long> tiers;
  private PatreonApi api;
  private PatreonSource source;
  private SourceSync sync;
  private SourceWorker worker;

  @BeforeEach
  void open() {
    System.out.println("Patreon, seed " + seed);
    creator = domain.creator("ada");
    api =
        new PatreonApi(
            patreon.config(),
            new EnvironmentProxies(Map.of()),
            () -> domain.read(Transaction::now));
    source =
        new PatreonSource(
            domain.database(),
            domain.features.sources,
            api,
            patreon.config().clientSecret(),
            () -> domain.read(Transaction::now));
    sync =
        new SourceSync(
            domain.database(), domain.features.reconciler, domain.features.sources::recordFailure);
    worker =
        new SourceWorker(
            domain.database(), domain.features.reconciler, sync, Map.of(source.name(), source));
  }

  @AfterEach
  void close() {
    worker.close();
    api.close();
    patreon.close();
  }

  @Test
  void tiersAndLedgersEqualAModel() {
    setUp();
    Instant start = domain.read(Transaction::now);
    syncNow();
    for (int day = 1; day <= DAYS; day++) {
      domain.setTime(start.plus(Duration.ofDays(day)).toString());
      endGracePeriods();
      receiveEvents(changeSome());
      askForBooks();
      if (day % DAYS_BETWEEN_SYNCS == 0) {
        syncNow();
      }
    }
    syncNow(); // it finds what the events since the last one have missed
    assertThat(countChanges(sync.sync(creator, source)))
        .as("again changes nothing, seed %s", seed)
        .isZero();
    assertEqualsModel();
    assertThat(domain.breaches()).isEmpty();
  }

  private void setUp() {
    tiers = new HashMap<>();
    for (int allowed : List.of(1, 3, 9)) {
      tiers.put(
          "t" + allowed, domain.tier(creator, allowed, allowed == 3 ? Period.MONTH : Period.NONE));
      patreon.addTier("t" + allowed, "Tier " + allowed);
    }
    patreon.addTier("free", "Free");
    patreon.setPageSize(Math.max(60, PATRONS / 5));
    for (int from = 0; from < PATRONS; from += 500) {
      createAccounts(from, Math.min(PATRONS, from + 500));
    }
    connect();
  }

  /** Nine of ten patrons have an account here, under the address that Patreon knows. */
  private void createAccounts(int from, int until) {
    IntStream.range(from, until)
        .forEach(
            number -> {
              Patron patron = randomPatron(Integer.toString(number));
              patrons.put(patron.userId(), patron);
              patreon.put(patron);
              model.put(patron.userId(), new ModelMember(GRACE));
            });
    domain.write(
        tx -> {
          for (int number = from; number < until; number++) {
            if (number % 10 != 0) {
              String id = Integer.toString(number);
              var account = new NewAccount(patrons.get(id).email(), "P" + id, "no hash");
              users.put(id, domain.features.accounts.create(tx, account, false).id());
            }
          }
          return true;
        });
  }

  private Patron randomPatron(String id) {
    return new Patron(id, "patron" + id + "@test.example", randomStatus(), randomEntitlement());
  }

  private String randomStatus() {
    return switch (random.nextInt(10)) {
      case 0 -> "declined_patron";
      case 1, 2 -> "former_patron";
      case 3 -> null;
      default -> "active_patron";
    };
  }

  private List<String> randomEntitlement() {
    var all = new ArrayList<>(List.of("t1", "t3", "t9", "free", "unknown"));
    Collections.shuffle(all, random);
    return List.copyOf(all.subList(0, random.nextInt(3)));
  }

  private void connect() {
    connectCampaign();
    domain.write(
        tx -> {
          domain.features.sources.configure(
              tx,
              creator,
              creator,
              source.name(),
              tiers.entrySet().stream()
                  .map(tier -> new TierMapping(tier.getKey(), tier.getValue()))
                  .toList(),
              Optional.of((int) GRACE.toDays()));
          return true;
        });
    worker.runSteps();
    observe(patrons.keySet());
  }

  private void connectCampaign() {
    var connecting =
        new PatreonConnectService(
            domain.database(),
            domain.features.sources,
            worker,
            domain.features.accounts,
            api,
            source);
    var self = Optional.of(creator);
    String home = "https://books.example";
    String url = connecting.begin(self, self, home).toCompletableFuture().join();
    var back = patreon.allow(url, "creator");
    var caller = Optional.of(new Caller(creator, "session", false));
    var _ =
        connecting.finish(caller, _ -> {}, back.get("code"), back.get("state"), home, home).join();
    await().until(this::isSynced);
  }

  private boolean isSynced() {
    return domain
        .read(tx -> domain.features.sources.find(tx, creator, creator, source.name()))
        .filter(state -> state.source().syncedAt() != null)
        .isPresent();
  }

  /** Changes some patrons and returns the events that arrive: shuffled, doubled, some never. */
  private List<PatreonEvent> changeSome() {
    var events = new ArrayList<PatreonEvent>();
    for (int change = 0; change < CHANGES_A_DAY; change++) {
      String id = Integer.toString(random.nextInt(PATRONS));
      Patron before = patrons.get(id);
      Patron after = changeOne(id, before);
      if (random.nextInt(5) > 0) {
        var event = new PatreonEvent(before.memberId(), id);
        events.addAll(List.of(event, event));
      }
      if (random.nextInt(5) > 0) {
        var event = new PatreonEvent(after.memberId(), id);
        events.addAll(List.of(event, event));
      }
    }
    Collections.shuffle(events, random);
    return events;
  }

  /**
   * One in ten deletes the membership, and most of them have another one on the same day; the ended
   * one may stay on the list.
   */
  private Patron changeOne(String id, Patron before) {
    Patron changed = randomPatron(id);
    boolean deleted = random.nextInt(10) == 0 || !patreonHas(before);
    int joined = before.joined() + (deleted ? 1 : 0);
    boolean again = !deleted || random.nextInt(4) > 0;
    Patron after =
        again
            ? new Patron(id, changed.email(), changed.status(), changed.entitled(), joined)
            : new Patron(id, changed.email(), GONE, List.of(), joined);
    patrons.put(id, after);
    if (again) {
      patreon.put(after);
      if (joined > before.joined() && patreonHas(before) && random.nextBoolean()) {
        patreon.putFormer(before);
      }
    } else {
      patreon.remove(id);
    }
    return after;
  }

  private static boolean patreonHas(Patron patron) {
    return !GONE.equals(patron.status());
  }

  private void receiveEvents(List<PatreonEvent> events) {
    for (int from = 0; from < events.size(); from += EVENTS_AT_ONCE) {
      List<PatreonEvent> some =
          events.subList(from, Math.min(events.size(), from + EVENTS_AT_ONCE));
      long syncs = countSyncs();
      domain.write(
          tx -> {
            some.forEach(event -> refreshQueue.add(tx, creator, source.name(), event.toKey()));
            return true;
          });
      sync.refresh(creator, source);
      observe(countSyncs() > syncs ? patrons.keySet() : findListed(some));
    }
  }

  /** Those of whom an event says what is true now, and not that they had another membership. */
  private Set<String> findListed(List<PatreonEvent> events) {
    return events.stream()
        .filter(event -> patrons.get(event.userId()).memberId().equals(event.memberId()))
        .map(PatreonEvent::userId)
        .filter(id -> patreonHas(patrons.get(id)))
        .collect(Collectors.toSet());
  }

  private long countSyncs() {
    return patreon.calls().stream().filter(call -> call.endsWith("/members")).count();
  }

  private void syncNow() {
    var _ = sync.sync(creator, source);
    observe(patrons.keySet());
  }

  private static int countChanges(SyncCounts counts) {
    return counts.added() + counts.changed() + counts.ended();
  }

  /** As if everything had been read just now, without what the events will say. */
  private void endGracePeriods() {
    domain.write(
        tx ->
            tx.update(
                "UPDATE membership_source SET next_sync_at = ?",
                tx.now().plus(Duration.ofHours(6))));
    worker.runSteps();
    Instant now = domain.read(Transaction::now);
    model.values().forEach(member -> member.passTime(now));
  }

  /** Some supporters use what they have, so that moves carry used requests along. */
  private void askForBooks() {
    for (int book = 0; book < 5; book++) {
      UserId user = users.get(Integer.toString(random.nextInt(PATRONS)));
      if (user != null && hasRequestsLeft(user)) {
        var _ = domain.ask(user, creator, "Book " + random.nextInt());
      }
    }
  }

  private boolean hasRequestsLeft(UserId user) {
    return domain
        .read(tx -> domain.features.quotas.findQuota(tx, creator, user))
        .filter(quota -> quota.remaining() > 0)
        .isPresent();
  }

  private void observe(Set<String> ids) {
    Instant now = domain.read(Transaction::now);
    ids.forEach(id -> model.get(id).observe(patrons.get(id), now));
  }

  private void assertEqualsModel() {
    domain.read(
        tx -> {
          users.forEach((id, user) -> assertEqualsModel(tx, id, user));
          return true;
        });
  }

  private void assertEqualsModel(Transaction tx, String id, UserId user) {
    ModelMember expected = model.get(id);
    Optional<Long> tier = domain.features.followedTiers.findTier(tx, creator, user);
    assertThat(tier).as("tier of %s, seed %s", id, seed).isEqualTo(expected.findTier(tiers));
    List<String> lines =
        domain.features.quotas.findEntries(tx, creator, user).reversed().stream()
            .filter(entry -> entry.kind().equals("tier"))
            .map(LedgerEntry::title)
            .map(name -> Objects.requireNonNullElse(name, "none"))
            .toList();
    assertThat(lines).as("ledger of %s, seed %s", id, seed).isEqualTo(expected.lines());
  }
}
