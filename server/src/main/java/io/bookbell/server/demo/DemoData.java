package io.bookbell.server.demo;

import static io.bookbell.server.storage.schema.Tables.APP_USER;

import io.bookbell.hub.UserId;
import io.bookbell.server.creator.CreatorStore;
import io.bookbell.server.inbox.InboxStore;
import io.bookbell.server.notification.NotificationService;
import io.bookbell.server.quota.Period;
import io.bookbell.server.quota.SupporterService;
import io.bookbell.server.quota.Tier;
import io.bookbell.server.quota.TierService;
import io.bookbell.server.request.BookRequestService;
import io.bookbell.server.storage.IdentitySequences;
import io.bookbell.server.storage.Transaction;
import io.bookbell.server.team.TeamService;
import io.bookbell.server.text.SearchWords;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/**
 * Lays the data of the demonstration: two creators, their teams and supporters, and six weeks of
 * requests, made by the same services that serve real users, so that every count is exact. The same
 * data each time, but for the times. Not thread-safe; used once.
 */
public final class DemoData {
  private static final Duration SPAN = Duration.ofDays(42);

  /** How old notifications are that nobody has read yet. */
  private static final Duration UNREAD = Duration.ofHours(18);

  private static final long FIRST_FURTHER_SUPPORTER = 1000;
  private static final int FURTHER_SUPPORTERS = 90;
  private static final int READERS = 20;

  private final Random random = new Random(2026);
  private final DemoTexts demoTexts = new DemoTexts();
  private final DemoServices demoServices;
  private final CreatorStore creatorStore;
  private final TeamService teamService;

  public DemoData(DemoServices demoServices) {
    this.demoServices = demoServices;
    this.creatorStore = demoServices.creators;
    this.teamService = demoServices.team;
  }

  /** What serves real users, and here tells what happened before. */
  public record DemoServices(
      CreatorStore creators,
      TierService tiers,
      SupporterService supporters,
      TeamService team,
      BookRequestService requests,
      NotificationService notifications) {}

  /** Whether there is nothing that the demo data could mix with. */
  public static boolean isEmpty(Transaction tx) {
    return !tx.sql().fetchExists(APP_USER);
  }

  /**
   * Lays everything down.
   *
   * @param passwordHash of the password that all accounts share
   */
  public void lay(Transaction tx, String passwordHash) {
    Instant begin = tx.now().minus(SPAN);
    Transaction then = tx.at(begin);
    accounts(then, passwordHash);
    List<DemoSupporter> first = firstCreator(then);
    List<DemoSupporter> second = secondCreator(then);
    Instant end = tx.now().minus(Duration.ofMinutes(4));
    var demoTimeline = new DemoTimeline(demoServices.requests, demoTexts, random, begin, end);
    first.forEach(demoSupporter -> demoTimeline.add(demoSupporter, List.of(id(1), id(10), id(11))));
    second.forEach(
        demoSupporter -> demoTimeline.add(demoSupporter, List.of(id(2), id(20), id(21), id(22))));
    demoTimeline.add(end.minus(UNREAD), this::readNotifications);
    demoTimeline.tell(tx);
    IdentitySequences.advance(tx);
  }

  private void accounts(Transaction tx, String passwordHash) {
    account(tx, 1, "creator@demo.test", "Mara Lindqvist", passwordHash);
    account(tx, 2, "creator2@demo.test", "Tomás Okafor", passwordHash);
    account(tx, 10, "team1@demo.test", "Ines Duarte", passwordHash);
    account(tx, 11, "team2@demo.test", "Jonas Weber", passwordHash);
    account(tx, 20, "team3@demo.test", "Aiko Tanaka", passwordHash);
    account(tx, 21, "team4@demo.test", "Sam Whitfield", passwordHash);
    account(tx, 22, "team5@demo.test", "Leila Haddad", passwordHash);
    for (int reader = 1; reader <= READERS; reader++) {
      String email = "reader" + reader + "@demo.test";
      account(tx, 100 + reader, email, demoTexts.name(reader - 1), passwordHash);
    }
    for (int further = 0; further < FURTHER_SUPPORTERS; further++) {
      String email = "supporter" + (further + 1) + "@demo.test";
      account(
          tx,
          FIRST_FURTHER_SUPPORTER + further,
          email,
          demoTexts.name(READERS + further),
          passwordHash);
    }
    tx.sql().update(APP_USER).set(APP_USER.OPERATOR, true).where(APP_USER.ID.eq(id(1))).execute();
  }

  private void readNotifications(Transaction tx) {
    for (UserId user : tx.sql().select(APP_USER.ID).from(APP_USER).fetch(APP_USER.ID)) {
      demoServices.notifications.markRead(tx, user, Optional.empty());
    }
  }

  private static void account(
      Transaction tx, long id, String email, String name, String passwordHash) {
    tx.sql()
        .insertInto(APP_USER)
        .set(APP_USER.ID, id(id))
        .set(APP_USER.EMAIL, email)
        .set(APP_USER.DISPLAY_NAME, name)
        .set(APP_USER.NAME_KEY, SearchWords.key(name))
        .set(APP_USER.PASSWORD_HASH, passwordHash)
        .set(APP_USER.CREATED_AT, tx.now())
        .execute();
    InboxStore.open(tx, id(id));
  }

  private List<DemoSupporter> firstCreator(Transaction tx) {
    UserId creator = id(1);
    creatorStore.create(tx, creator, "Mara Reads Aloud");
    Tier reader = tier(tx, creator, "Reader", 5, Period.NONE);
    Tier patron = tier(tx, creator, "Patron", 8, Period.NONE);
    Tier circle = tier(tx, creator, "Inner circle", 4, Period.MONTH);
    var askers = new ArrayList<DemoSupporter>();
    for (int number = 1; number <= READERS; number++) {
      join(tx, creator, 100 + number, reader);
      askers.add(new DemoSupporter(creator, id(100 + number), number % 4));
    }
    for (int further = 0; further < FURTHER_SUPPORTERS; further++) {
      long id = FIRST_FURTHER_SUPPORTER + further;
      Tier tier = further % 9 == 0 ? circle : further % 3 == 0 ? patron : reader;
      join(tx, creator, id, tier);
      askers.add(new DemoSupporter(creator, id(id), 1 + random.nextInt(3)));
    }
    teamService.join(tx, creator, creatorStore.lock(tx, creator), id(10));
    teamService.join(tx, creator, creatorStore.lock(tx, creator), id(11));
    return askers;
  }

  private List<DemoSupporter> secondCreator(Transaction tx) {
    UserId creator = id(2);
    creatorStore.create(tx, creator, "The Night Library");
    Tier reader = tier(tx, creator, "Night owl", 5, Period.NONE);
    var askers = new ArrayList<DemoSupporter>();
    for (int number = 1; number <= READERS; number += 2) {
      join(tx, creator, 100 + number, reader);
      askers.add(new DemoSupporter(creator, id(100 + number), number % 3));
    }
    for (int further = 0; further < FURTHER_SUPPORTERS; further += 5) {
      long id = FIRST_FURTHER_SUPPORTER + further;
      join(tx, creator, id, reader);
      askers.add(new DemoSupporter(creator, id(id), 2));
    }
    for (long member = 20; member <= 22; member++) {
      teamService.join(tx, creator, creatorStore.lock(tx, creator), id(member));
    }
    return askers;
  }

  private Tier tier(Transaction tx, UserId creator, String name, int allowed, Period period) {
    return demoServices.tiers.create(
        tx, creator, creator, new TierService.TierTerms(name, allowed, period));
  }

  private void join(Transaction tx, UserId creator, long user, Tier tier) {
    demoServices.supporters.join(tx, creatorStore.lock(tx, creator), id(user), tier.id());
  }

  private static UserId id(long value) {
    return new UserId(value);
  }

  /** Somebody who asks a creator for a number of books. */
  record DemoSupporter(UserId creator, UserId user, int books) {}
}
