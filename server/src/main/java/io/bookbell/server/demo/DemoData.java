package io.bookbell.server.demo;

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
 * Creates the demo data: two creators, their teams and supporters, and six weeks of requests. It
 * uses the real services, so every count is exact. Deterministic except for the times. Not
 * thread-safe; used once.
 */
public final class DemoData {
  private static final Duration SPAN = Duration.ofDays(42);

  /** The age up to which notifications are unread. */
  private static final Duration UNREAD = Duration.ofHours(18);

  private static final long FIRST_FURTHER_SUPPORTER = 1000;
  private static final int FURTHER_SUPPORTERS = 90;
  private static final int READERS = 20;
  private static final String CREATOR = "creator@demo.test";
  private static final String SECOND_CREATOR = "creator2@demo.test";
  private static final String TEAM_MEMBER = "team1@demo.test";

  private static final String INSERT_ACCOUNT =
      """
      INSERT INTO app_user (id, email, display_name, name_key, password_hash, created_at)
      VALUES (?, ?, ?, ?, ?, ?)""";

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

  /** The services that create the data. */
  public record DemoServices(
      CreatorStore creators,
      TierService tiers,
      SupporterService supporters,
      TeamService team,
      BookRequestService requests,
      NotificationService notifications) {}

  /** Whose accounts a database has. */
  public enum Content {
    NOTHING,
    DEMO,
    OTHER
  }

  /**
   * Returns whose accounts a database has, so that the demo data neither mixes with others nor
   * replaces them. Works with any version of the schema, and without one.
   */
  public static Content findContent(Transaction tx) {
    if (!hasAccountTable(tx) || !tx.query("SELECT 1 FROM app_user LIMIT 1").exists()) {
      return Content.NOTHING;
    }
    boolean own =
        tx.query(
                "SELECT 1 FROM app_user WHERE id IN (1, 2, 10) AND email IN (?, ?, ?)",
                CREATOR,
                SECOND_CREATOR,
                TEAM_MEMBER)
            .exists();
    return own ? Content.DEMO : Content.OTHER;
  }

  private static boolean hasAccountTable(Transaction tx) {
    return tx.isPostgres()
        ? tx.query("SELECT 1 WHERE to_regclass('app_user') IS NOT NULL").exists()
        : tx.query("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'app_user'")
            .exists();
  }

  /**
   * Creates all demo data.
   *
   * @param passwordHash of the password that all accounts share
   */
  public void populateDatabase(Transaction tx, String passwordHash) {
    Instant begin = tx.now().minus(SPAN);
    Transaction then = tx.atTime(begin);
    createAccounts(then, passwordHash);
    List<DemoSupporter> first = createFirstCreator(then);
    List<DemoSupporter> second = createSecondCreator(then);
    Instant end = tx.now().minus(Duration.ofMinutes(4));
    var demoTimeline = new DemoTimeline(demoServices.requests, demoTexts, random, begin, end);
    first.forEach(
        demoSupporter ->
            demoTimeline.addRequests(demoSupporter, List.of(userId(1), userId(10), userId(11))));
    second.forEach(
        demoSupporter ->
            demoTimeline.addRequests(
                demoSupporter, List.of(userId(2), userId(20), userId(21), userId(22))));
    demoTimeline.addEvent(end.minus(UNREAD), this::markNotificationsRead);
    demoTimeline.playEvents(tx);
    IdentitySequences.resetSequences(tx);
  }

  private void createAccounts(Transaction tx, String passwordHash) {
    createAccount(tx, 1, CREATOR, "Mara Lindqvist", passwordHash);
    createAccount(tx, 2, SECOND_CREATOR, "Tomás Okafor", passwordHash);
    createAccount(tx, 10, TEAM_MEMBER, "Ines Duarte", passwordHash);
    createAccount(tx, 11, "team2@demo.test", "Jonas Weber", passwordHash);
    createAccount(tx, 20, "team3@demo.test", "Aiko Tanaka", passwordHash);
    createAccount(tx, 21, "team4@demo.test", "Sam Whitfield", passwordHash);
    createAccount(tx, 22, "team5@demo.test", "Leila Haddad", passwordHash);
    for (int reader = 1; reader <= READERS; reader++) {
      String email = "reader" + reader + "@demo.test";
      createAccount(tx, 100 + reader, email, demoTexts.nameAt(reader - 1), passwordHash);
    }
    for (int further = 0; further < FURTHER_SUPPORTERS; further++) {
      String email = "supporter" + (further + 1) + "@demo.test";
      createAccount(
          tx,
          FIRST_FURTHER_SUPPORTER + further,
          email,
          demoTexts.nameAt(READERS + further),
          passwordHash);
    }
    tx.update("UPDATE app_user SET operator = TRUE WHERE id = ?", userId(1));
  }

  private void markNotificationsRead(Transaction tx) {
    for (UserId user : tx.query("SELECT id FROM app_user").list(row -> row.getUser("id"))) {
      demoServices.notifications.markRead(tx, user, Optional.empty());
    }
  }

  private static void createAccount(
      Transaction tx, long id, String email, String name, String passwordHash) {
    tx.update(
        INSERT_ACCOUNT,
        userId(id),
        email,
        name,
        SearchWords.searchKey(name),
        passwordHash,
        tx.now());
    InboxStore.createInbox(tx, userId(id));
  }

  private List<DemoSupporter> createFirstCreator(Transaction tx) {
    UserId creator = userId(1);
    creatorStore.create(tx, creator, "Mara Reads Aloud");
    Tier reader = createTier(tx, creator, "Reader", 5, Period.NONE);
    Tier patron = createTier(tx, creator, "Patron", 8, Period.NONE);
    Tier circle = createTier(tx, creator, "Inner circle", 4, Period.MONTH);
    var askers = new ArrayList<DemoSupporter>();
    for (int number = 1; number <= READERS; number++) {
      addSupporter(tx, creator, 100 + number, reader);
      askers.add(new DemoSupporter(creator, userId(100 + number), number % 4));
    }
    for (int further = 0; further < FURTHER_SUPPORTERS; further++) {
      long id = FIRST_FURTHER_SUPPORTER + further;
      Tier tier = further % 9 == 0 ? circle : further % 3 == 0 ? patron : reader;
      addSupporter(tx, creator, id, tier);
      askers.add(new DemoSupporter(creator, userId(id), 1 + random.nextInt(3)));
    }
    teamService.addMember(tx, creator, creatorStore.lockCreator(tx, creator), userId(10));
    teamService.addMember(tx, creator, creatorStore.lockCreator(tx, creator), userId(11));
    return askers;
  }

  private List<DemoSupporter> createSecondCreator(Transaction tx) {
    UserId creator = userId(2);
    creatorStore.create(tx, creator, "The Night Library");
    Tier reader = createTier(tx, creator, "Night owl", 5, Period.NONE);
    var askers = new ArrayList<DemoSupporter>();
    for (int number = 1; number <= READERS; number += 2) {
      addSupporter(tx, creator, 100 + number, reader);
      askers.add(new DemoSupporter(creator, userId(100 + number), number % 3));
    }
    for (int further = 0; further < FURTHER_SUPPORTERS; further += 5) {
      long id = FIRST_FURTHER_SUPPORTER + further;
      addSupporter(tx, creator, id, reader);
      askers.add(new DemoSupporter(creator, userId(id), 2));
    }
    for (long member = 20; member <= 22; member++) {
      teamService.addMember(tx, creator, creatorStore.lockCreator(tx, creator), userId(member));
    }
    return askers;
  }

  private Tier createTier(Transaction tx, UserId creator, String name, int allowed, Period period) {
    return demoServices.tiers.create(
        tx, creator, creator, new TierService.TierTerms(name, allowed, period));
  }

  private void addSupporter(Transaction tx, UserId creator, long user, Tier tier) {
    demoServices.supporters.addSupporter(
        tx, creatorStore.lockCreator(tx, creator), userId(user), tier.id());
  }

  private static UserId userId(long value) {
    return new UserId(value);
  }

  /** A supporter who requests a number of books from a creator. */
  record DemoSupporter(UserId creator, UserId user, int books) {}
}
