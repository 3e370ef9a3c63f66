package io.bookbell.server.patreon;

import io.bookbell.server.support.StandInPatreon.Patron;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What a patron should have, written down in the simplest way. */
final class ModelMember {
  private static final List<String> FROM_THE_HIGHEST = List.of("t9", "t3", "t1");

  private final Duration grace;
  private final List<String> changes = new ArrayList<>();
  private String tier = "none";
  private Instant graceEnd = Instant.MAX;

  ModelMember(Duration grace) {
    this.grace = grace;
  }

  void observe(Patron patron, Instant now) {
    Optional<String> entitled =
        FROM_THE_HIGHEST.stream().filter(patron.entitled()::contains).findFirst();
    if (entitled.isPresent()) {
      change(entitled.get());
      graceEnd = Instant.MAX;
    } else if (!tier.equals("none") && graceEnd.equals(Instant.MAX)) {
      boolean left = patron.status() == null || patron.status().equals("former_patron");
      if (left) {
        change("none");
      } else {
        graceEnd = now.plus(grace);
      }
    }
    passTime(now);
  }

  void passTime(Instant now) {
    if (!graceEnd.isAfter(now)) {
      change("none");
    }
  }

  private void change(String next) {
    if (!next.equals(tier)) {
      tier = next;
      changes.add(next);
    }
  }

  Optional<Long> findTier(Map<String, Long> ids) {
    return Optional.ofNullable(ids.get(tier));
  }

  List<String> lines() {
    return changes.stream()
        .map(
            change ->
                switch (change) {
                  case "t1" -> "Tier of 1 NONE";
                  case "t3" -> "Tier of 3 MONTH";
                  case "t9" -> "Tier of 9 NONE";
                  default -> change;
                })
        .toList();
  }
}
