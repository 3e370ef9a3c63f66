package io.bookbell.server.membership;

import static org.assertj.core.api.Assertions.assertThat;

import io.bookbell.hub.UserId;
import io.bookbell.server.DomainTest;
import io.bookbell.server.creator.ProfileService.ProfileChanges;
import io.bookbell.server.creator.TeamRole;
import io.bookbell.server.http.NullableInteger;
import io.bookbell.server.http.Problem;
import io.bookbell.server.membership.QuotaModel.ModelTier;
import io.bookbell.server.membership.QuotaModel.Person;
import io.bookbell.server.membership.QuotaModel.View;
import io.bookbell.server.quota.Period;
import io.bookbell.server.quota.Quota;
import io.bookbell.server.quota.SupporterService.SupporterChanges;
import io.bookbell.server.quota.TierService.TierChanges;
import io.bookbell.server.quota.TierService.TierTerms;
import io.bookbell.server.request.BookRequest;
import io.bookbell.server.request.Decision;
import io.bookbell.server.request.NewRequest;
import io.bookbell.server.request.Status;
import io.bookbell.server.storage.Transaction;
import io.bookbell.server.team.TeamService.MemberChanges;
import java.time.Duration;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/**
 * Random commands of a creator, the team and supporters, compared with {@link QuotaModel} after
 * each step. {@code -Dmembership.steps=10000 -Dseed=42} runs more of them, reproducibly.
 */
class RandomMembershipsTest extends DomainTest {
  private static final int STEPS = Integer.getInteger("membership.steps", 600);
  private static final int PEOPLE = 6;
  private static final List<String> ZONES =
      List.of("UTC", "America/New_York", "Asia/Kolkata", "Pacific/Auckland");

  private final long seed = Long.getLong("seed", System.nanoTime());
  private final Random random = new Random(seed);
  private final QuotaModel model = new QuotaModel();
  private final Map<UserId, Person> people = new TreeMap<>();
  private final List<String> steps = new ArrayList<>();
  private UserId creator;
  private UserId helper;
  private TeamRole role = TeamRole.EVERYTHING;
  private int names;

  @Test
  void quotasAreThoseOfTheModelAndTheLedgerAgrees() {
    System.out.println("Random memberships, seed " + seed);
    creator = domain.creator("mara");
    helper = domain.teamMember(creator, "kofi");
    for (int number = 0; number < 4; number++) {
      createTier();
    }
    for (int number = 0; number < PEOPLE; number++) {
      var person = new Person();
      person.tier = anyTier();
      UserId user = domain.join(creator, domain.account("reader" + number), person.tier);
      people.put(user, person);
      model.use(person, domain.now());
    }
    for (int step = 0; step < STEPS; step++) {
      takeStep();
      people.forEach(this::compare);
      if (step % 200 == 199) {
        verify();
      }
    }
    verify();
  }

  private void verify() {
    assertThat(domain.breaches()).as(this::story).isEmpty();
    long open = people.values().stream().mapToLong(Person::open).sum();
    assertThat(domain.pending(creator)).as(this::story).isEqualTo((int) open);
  }

  private String story() {
    return "seed "
        + seed
        + ", last steps:\n"
        + String.join("\n", steps.subList(Math.max(0, steps.size() - 25), steps.size()));
  }

  private void compare(UserId user, Person person) {
    Optional<Quota> quota = domain.read(tx -> domain.features.quotas.findQuota(tx, creator, user));
    assertThat(quota.isPresent()).as(this::story).isEqualTo(person.member);
    if (person.member) {
      model.use(person, domain.now());
      View expected = model.view(person, domain.now());
      assertThat(new View(quota.get().allowed(), quota.get().used()))
          .as(() -> "user " + user + ", " + story())
          .isEqualTo(expected);
    }
  }

  private void takeStep() {
    UserId user = List.copyOf(people.keySet()).get(random.nextInt(PEOPLE));
    Person person = people.get(user);
    switch (random.nextInt(20)) {
      case 0, 1, 2, 3, 4 -> ask(user, person, user);
      case 5 -> ask(user, person, helper);
      case 6, 7, 8 -> answer(user, person);
      case 9 -> withdraw(user, person);
      case 10 -> move(user, person);
      case 11 -> give(user, person);
      case 12 -> setOwnAllowance(user, person);
      case 13 -> changeTier();
      case 14 -> replaceTier();
      case 15 -> removeOrBlock(user, person);
      case 16, 17 -> bringBack(user, person);
      case 18 -> pass();
      default -> changeRoleOrZone();
    }
  }

  private void ask(UserId user, Person person, UserId actor) {
    TierTerms terms = model.termsOf(person);
    View view = model.view(person, domain.now());
    boolean mayAct = actor.equals(user) || role != TeamRole.ANSWER;
    boolean room = terms.mostOpen() == null || person.open() < terms.mostOpen();
    boolean left = view.allowed() == null || view.used() < view.allowed();
    var wanted =
        new NewRequest(
            creator, "Book", "Somebody", null, null, null, actor.equals(user) ? null : user);
    attempt(
        actor + " asks for " + user,
        mayAct && person.member && room && left,
        () -> {
          BookRequest made = domain.write(tx -> domain.features.requests.create(tx, actor, wanted));
          model.madeAt.put(made.id(), domain.now());
          person.requests.put(made.id(), terms.autoApprove() ? Status.APPROVED : Status.PENDING);
          assertThat(made.status()).isEqualTo(person.requests.get(made.id()));
          person.countedIn(person.period).add(made.id());
        });
  }

  private void answer(UserId user, Person person) {
    if (person.requests.isEmpty()) {
      return;
    }
    List<Long> ids = List.copyOf(person.requests.keySet());
    long id = ids.get(random.nextInt(ids.size()));
    Status to =
        List.of(Status.APPROVED, Status.REJECTED, Status.REJECTED, Status.COMPLETED)
            .get(random.nextInt(4));
    Status from = person.requests.get(id);
    boolean allowed =
        switch (to) {
          case APPROVED -> from == Status.PENDING;
          case REJECTED -> from == Status.PENDING || from == Status.APPROVED;
          default -> from == Status.APPROVED;
        };
    attempt(
        "answers " + id + " of " + user + " with " + to,
        allowed,
        () -> {
          domain.write(
              tx ->
                  domain.features.requests.respondToRequest(
                      tx, helper, id, new Decision(to, null)));
          person.requests.put(id, to);
          if (to == Status.REJECTED) {
            model.use(person, domain.now());
            person.giveBack(id);
          }
        });
  }

  private void withdraw(UserId user, Person person) {
    person.requests.entrySet().stream()
        .filter(each -> each.getValue() == Status.PENDING)
        .map(Map.Entry::getKey)
        .findFirst()
        .ifPresent(
            id ->
                attempt(
                    "withdraws " + id,
                    true,
                    () -> {
                      domain.write(tx -> domain.features.requests.cancelRequest(tx, user, id));
                      person.requests.put(id, Status.CANCELLED);
                      person.giveBack(id);
                    }));
  }

  private void move(UserId user, Person person) {
    long tier = anyTier();
    manage(
        "moves " + user + " to " + tier,
        person.member,
        tx -> domain.features.supporters.setTier(tx, helper, creator, user, tier),
        () -> person.tier = tier);
  }

  private void give(UserId user, Person person) {
    int amount = random.nextBoolean() ? 1 + random.nextInt(2) : -1;
    manage(
        "gives " + amount + " to " + user,
        person.member,
        tx -> domain.features.supporters.grantRequests(tx, helper, creator, user, amount, "Hi"),
        () -> model.give(person, amount, domain.now()));
  }

  private void setOwnAllowance(UserId user, Person person) {
    Integer own = random.nextBoolean() ? null : (Integer) random.nextInt(4);
    var changes = new SupporterChanges(Optional.empty(), Optional.of(new NullableInteger(own)));
    manage(
        "allows " + user + " " + own,
        person.member,
        tx -> domain.features.supporters.change(tx, helper, creator, user, changes),
        () -> person.own = own);
  }

  private void removeOrBlock(UserId user, Person person) {
    boolean block = random.nextBoolean();
    Runnable effect =
        () -> {
          person.requests.replaceAll(
              (id, status) -> {
                if (status != Status.PENDING) {
                  return status;
                }
                person.giveBack(id);
                return Status.CANCELLED;
              });
          person.member = false;
          person.blocked |= block;
        };
    if (block) {
      manage(
          "blocks " + user,
          true,
          tx -> domain.features.membershipEnding.block(tx, helper, creator, user),
          effect);
    } else {
      manage(
          "removes " + user,
          person.member,
          tx -> domain.features.membershipEnding.remove(tx, helper, creator, user),
          effect);
    }
  }

  private void bringBack(UserId user, Person person) {
    if (person.blocked) {
      manage(
          "unblocks " + user,
          true,
          tx -> domain.features.membershipEnding.unblock(tx, helper, creator, user),
          () -> person.blocked = false);
    }
    long tier = anyTier();
    manage(
        "restores " + user,
        !person.member && !person.blocked,
        tx -> domain.features.supporters.restoreSupporter(tx, helper, creator, user, tier),
        () -> {
          person.tier = tier;
          person.member = true;
        });
  }

  private void createTier() {
    TierTerms terms = anyTerms();
    long id = domain.write(tx -> domain.features.tiers.create(tx, creator, creator, terms).id());
    model.tiers.put(id, new ModelTier(terms));
  }

  private TierTerms anyTerms() {
    Period period = QuotaModel.anyPeriod(random.nextInt(40));
    return new TierTerms(
        "Tier " + names++,
        random.nextInt(6) == 0 ? null : (Integer) random.nextInt(5),
        period,
        period == Period.ROLLING ? (Integer) (1 + random.nextInt(2) * 6) : null,
        random.nextInt(3) == 0 ? (Integer) (1 + random.nextInt(2)) : null,
        random.nextInt(4) == 0);
  }

  private void changeTier() {
    long tier = anyTier();
    TierTerms terms = anyTerms();
    var changes =
        new TierChanges(
            Optional.of(terms.name()),
            Optional.of(new NullableInteger(terms.requestsAllowed())),
            Optional.of(terms.period()),
            Optional.ofNullable(terms.days()),
            Optional.of(new NullableInteger(terms.mostOpen())),
            Optional.of(terms.autoApprove()));
    manage(
        "changes tier " + tier + " to " + terms,
        true,
        tx -> domain.features.tiers.update(tx, helper, tier, changes),
        () -> model.tiers.get(tier).terms = terms);
    announce();
  }

  private void replaceTier() {
    long tier = anyTier();
    if (model.liveTiers().size() < 8) {
      createTier();
    }
    long target = anyTier();
    manage(
        "deletes tier " + tier + " for " + target,
        tier != target,
        tx -> domain.features.tiers.delete(tx, helper, tier, Optional.of(target)),
        () -> model.delete(tier, target));
    announce();
  }

  private void pass() {
    Duration time = Duration.ofHours(random.nextInt(24 * 9));
    steps.add(time + " pass");
    domain.passes(time);
    if (random.nextInt(3) > 0) {
      while (domain.write(domain.features.periodTurns::renewBatch)) {
        // run the next step
      }
    }
  }

  private void changeRoleOrZone() {
    if (random.nextBoolean()) {
      role = List.of(TeamRole.values()).get(random.nextInt(3));
      steps.add("role " + role);
      var changes = new MemberChanges(Optional.empty(), Optional.of(role));
      domain.write(tx -> domain.features.team.change(tx, creator, creator, helper, changes));
      return;
    }
    String zone = ZONES.get(random.nextInt(ZONES.size()));
    steps.add("zone " + zone);
    var changes =
        new ProfileChanges(
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.of(zone));
    domain.write(tx -> domain.features.profile.update(tx, creator, creator, changes));
    model.zone = ZoneId.of(zone);
    announce();
  }

  private long anyTier() {
    List<Long> live = model.liveTiers();
    return live.get(random.nextInt(live.size()));
  }

  /** A command of the team member, for which the role has to include people. */
  private void manage(
      String step, boolean possible, Consumer<Transaction> command, Runnable effect) {
    attempt(
        step,
        possible && role != TeamRole.ANSWER,
        () -> {
          domain.write(
              tx -> {
                command.accept(tx);
                return true;
              });
          effect.run();
        });
  }

  private void attempt(String step, boolean possible, Runnable command) {
    steps.add(step + (possible ? "" : " (refused)"));
    boolean done;
    try {
      command.run();
      done = true;
    } catch (Problem problem) {
      done = false;
    }
    assertThat(done).as(this::story).isEqualTo(possible);
  }

  private void announce() {
    domain.tierAnnouncer().triggerPass();
    Awaitility.await()
        .pollInterval(Duration.ofMillis(2))
        .until(
            () ->
                domain.read(tx -> !tx.query("SELECT 1 AS found FROM tier_announcement").exists()));
  }
}
