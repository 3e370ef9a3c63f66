package io.bookbell.server.team;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bookbell.hub.UserId;
import io.bookbell.server.Domain;
import io.bookbell.server.DomainTest;
import io.bookbell.server.storage.Transaction;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the cache of admins saves, and what happens if a look-up fails. */
class AdminCacheTest extends DomainTest {
  private static final int ROUNDS = 20;

  @ParameterizedTest
  @CsvSource({"10, 5", "100, 10"})
  void oneQueryForEachCreatorServesAllBroadcasts(int creators, int members) {
    Map<UserId, Set<UserId>> teams = createTeams(creators, members);
    Domain node = domain.node();

    for (int round = 0; round < ROUNDS; round++) {
      node.read(
          tx -> {
            teams.forEach((creator, team) -> assertThat(admins(node, tx, creator)).isEqualTo(team));
            return true;
          });
    }

    var stats = node.features.admins.cacheStats();
    long lookUps = (long) creators * ROUNDS;
    assertThat(stats.misses()).as("queries").isEqualTo(creators);
    assertThat(stats.hits()).as("queries saved").isEqualTo(lookUps - creators);
    assertThat(stats.creatorsCached()).isEqualTo(creators);
    assertThat(stats.totalAdmins()).isEqualTo(creators * (members + 1));
    System.out.printf(
        Locale.ROOT,
        "Admin cache, %s: %d creators with %d members each, %d look-ups, %d queries, %d saved, hit"
            + " rate %.1f %%%n",
        kind,
        creators,
        members,
        lookUps,
        stats.misses(),
        stats.hits(),
        100.0 * stats.hits() / lookUps);
  }

  private Map<UserId, Set<UserId>> createTeams(int creators, int members) {
    var teams = new LinkedHashMap<UserId, Set<UserId>>();
    List<UserId> people = new ArrayList<>();
    for (int number = 0; number < creators + members; number++) {
      people.add(domain.account("person" + number));
    }
    domain.write(
        tx -> {
          teams.clear();
          for (UserId creator : people.subList(0, creators)) {
            domain.features.creators.create(tx, creator, "Creator " + creator);
            var row = domain.features.creators.lockCreator(tx, creator);
            var team = new HashSet<>(Set.of(creator));
            for (UserId member : people.subList(creators, creators + members)) {
              domain.features.team.addMember(tx, creator, row, member);
              team.add(member);
            }
            teams.put(creator, team);
          }
          return true;
        });
    return teams;
  }

  private static Set<UserId> admins(Domain node, Transaction tx, UserId creator) {
    return node.features.access.adminsOf(tx, node.features.creators.get(tx, creator));
  }

  /** An empty audience would lose messages without anybody noticing. */
  @Test
  void aFailedLookUpFailsTheCommandAndIsNotCached() {
    UserId creator = domain.creator("mara");
    UserId supporter = domain.supporter(creator, "ada", 5);
    domain.teamMember(creator, "ines");
    long before = domain.head(creator);
    Domain node = domain.node();
    rename("team_member", "team_member_away");

    assertThatThrownBy(() -> node.ask(supporter, creator, "Emma")).isNotNull();

    assertThat(node.features.admins.cacheStats().creatorsCached()).isZero();
    assertThat(domain.head(creator)).isEqualTo(before);
    assertThat(domain.used(creator, supporter)).isZero();
    rename("team_member_away", "team_member");
    node.ask(supporter, creator, "Emma");
    assertThat(node.features.admins.cacheStats().cacheDetails()).containsExactly(Map.entry(creator, 2));
    assertThat(domain.head(creator)).isGreaterThan(before);
  }

  private void rename(String table, String name) {
    domain.write(tx -> tx.update("ALTER TABLE " + table + " RENAME TO " + name));
  }
}
