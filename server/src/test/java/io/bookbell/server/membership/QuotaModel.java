package io.bookbell.server.membership;

import io.bookbell.server.quota.Period;
import io.bookbell.server.quota.TierService.TierTerms;
import io.bookbell.server.request.Status;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.ListIterator;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** What quotas should be: written for clarity, without a database and without a ledger. */
final class QuotaModel {
  ZoneId zone = ZoneId.of("UTC");
  final Map<Long, ModelTier> tiers = new TreeMap<>();
  final Map<Long, Instant> madeAt = new HashMap<>();

  static final class ModelTier {
    TierTerms terms;
    Long movedTo;

    ModelTier(TierTerms terms) {
      this.terms = terms;
    }
  }

  record Given(int amount, Instant at) {}

  /** One supporter. {@code period} is the one in which it was last used. */
  static final class Person {
    long tier;
    boolean member = true;
    boolean blocked;
    Integer own;
    String period = "none";
    Map<String, Set<Long>> counted = new HashMap<>();
    Map<String, List<Given>> given = new HashMap<>();
    final Map<Long, Status> requests = new TreeMap<>();

    long open() {
      return requests.values().stream().filter(status -> status == Status.PENDING).count();
    }

    Set<Long> countedIn(String key) {
      return counted.computeIfAbsent(key, _ -> new HashSet<>());
    }

    void giveBack(long request) {
      counted.values().forEach(requests -> requests.remove(request));
    }
  }

  record View(Integer allowed, long used) {}

  TierTerms termsOf(Person person) {
    ModelTier tier = tiers.get(person.tier);
    return tier.movedTo == null ? tier.terms : tiers.get(tier.movedTo).terms;
  }

  void delete(long tier, long target) {
    tiers.values().stream()
        .filter(each -> each.movedTo != null && each.movedTo == tier)
        .forEach(each -> each.movedTo = target);
    tiers.get(tier).movedTo = target;
  }

  List<Long> liveTiers() {
    return tiers.entrySet().stream()
        .filter(each -> each.getValue().movedTo == null)
        .map(Map.Entry::getKey)
        .toList();
  }

  String keyOf(Person person, Instant now) {
    TierTerms terms = termsOf(person);
    return switch (terms.period()) {
      case NONE -> "none";
      case MONTH -> monthOf(now);
      case WEEK -> weekOf(now);
      case ROLLING -> "days " + terms.days();
    };
  }

  private String monthOf(Instant now) {
    return "month " + LocalDate.ofInstant(now, zone).withDayOfMonth(1);
  }

  private String weekOf(Instant now) {
    return "week " + LocalDate.ofInstant(now, zone).with(DayOfWeek.MONDAY);
  }

  /**
   * Brings a person into the current period: what counts now in one of another kind goes along,
   * which is nothing of a month or week that is over.
   */
  void use(Person person, Instant now) {
    String key = keyOf(person, now);
    String before =
        switch (kindOf(person.period)) {
          case "month" -> monthOf(now);
          case "week" -> weekOf(now);
          default -> person.period;
        };
    if (!kindOf(key).equals(kindOf(before)) || (key.startsWith("days") && !key.equals(before))) {
      for (long request : Set.copyOf(person.countedIn(before))) {
        if (isWithin(before, madeAt.get(request), now) && isWithin(key, madeAt.get(request), now)) {
          person.countedIn(key).add(request);
        }
      }
    }
    person.period = key;
  }

  private static String kindOf(String key) {
    return key.split(" ", 2)[0];
  }

  private static boolean isWithin(String key, Instant since, Instant now) {
    return !key.startsWith("days")
        || since.isAfter(now.minus(Duration.ofDays(Long.parseLong(key.substring(5)))));
  }

  /** The quota as of now, for a person who is in the current period. */
  View view(Person person, Instant now) {
    String key = person.period;
    long used =
        person.countedIn(key).stream()
            .filter(request -> isWithin(key, madeAt.get(request), now))
            .count();
    int given =
        person.given.getOrDefault(key, List.of()).stream()
            .filter(each -> isWithin(key, each.at, now))
            .mapToInt(Given::amount)
            .sum();
    Integer basis = person.own == null ? termsOf(person).requestsAllowed() : person.own;
    return new View(basis == null ? null : (Integer) Math.max(0, basis + given), used);
  }

  /** What is taken back, or made good, is the oldest that still counts. */
  void give(Person person, int amount, Instant now) {
    String key = person.period;
    List<Given> all = person.given.computeIfAbsent(key, _ -> new ArrayList<>());
    all.removeIf(each -> !isWithin(key, each.at, now));
    int left = amount;
    for (ListIterator<Given> each = all.listIterator(); each.hasNext() && left != 0; ) {
      Given before = each.next();
      if (Integer.signum(before.amount) == -Integer.signum(left)) {
        int undone =
            Integer.signum(before.amount) * Math.min(Math.abs(before.amount), Math.abs(left));
        left += undone;
        each.set(new Given(before.amount - undone, before.at));
      }
    }
    all.add(new Given(left, now));
  }

  static Period anyPeriod(int number) {
    List<Period> periods = List.of(Period.values());
    return periods.get(number % periods.size());
  }
}
