package io.bookbell.server.team;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bookbell.hub.UserId;
import io.bookbell.server.Domain;
import io.bookbell.server.DomainTest;
import io.bookbell.server.roles.AdminCache;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The team, and the admin cache, which is invalidated at once on every node. */
class TeamTest extends DomainTest {
  private UserId creator;
  private UserId supporter;

  @BeforeEach
  void people() {
    creator = domain.creator("mara");
    supporter = domain.supporter(creator, "amara", 50);
  }

  @Test
  void aSecondLookUpIsAHitAndAChangeOfTheTeamAMiss() {
    UserId member = domain.teamMember(creator, "ines");
    Domain node = domain.node();

    assertThat(admins(node)).containsExactlyInAnyOrder(creator, member);
    assertThat(admins(node)).containsExactlyInAnyOrder(creator, member);
    assertThat(stats(node))
        .extracting(AdminCache.AdminCacheStats::hits, AdminCache.AdminCacheStats::misses)
        .containsExactly(1L, 1L);
    assertThat(stats(node).cacheDetails()).containsOnlyKeys(creator).containsValue(2);

    setActive(member, false);
    assertThat(admins(node)).containsExactly(creator);
    setActive(member, true);
    assertThat(admins(node)).containsExactlyInAnyOrder(creator, member);
    remove(member);
    assertThat(admins(node)).containsExactly(creator);
    assertThat(stats(node).misses()).isEqualTo(4);
  }

  @Test
  void aRemovedMemberGetsNothingThatAnyNodeCommitsAfterwards() {
    UserId member = domain.teamMember(creator, "ines");
    Domain warm = domain.node();
    ask(warm, "Before");

    remove(member);
    long last = domain.head(member);
    ask(warm, "After, on the node with the warm cache");
    ask(domain, "After, here");

    assertThat(domain.inboxTypes(member).getLast()).isEqualTo("access_changed");
    assertThat(domain.head(member)).isEqualTo(last);
    long floor = domain.read(tx -> domain.features.inbox.readBounds(tx, member).floor());
    assertThat(floor).isEqualTo(last);
  }

  @Test
  void aDeactivatedMemberIsOutAndIsBackWhenActivated() {
    UserId member = domain.teamMember(creator, "ines");
    setActive(member, false);
    long out = domain.head(member);
    ask(domain, "Unseen");
    assertThat(domain.head(member)).isEqualTo(out);

    setActive(member, true);
    ask(domain, "Seen");
    assertThat(domain.inboxTypes(member))
        .endsWith("book_request_update", "pending_count_update", "notification");
    assertThat(domain.breaches()).isEmpty();
  }

  @Test
  void aTeamChangeThatIsRolledBackLeavesNoTraceInTheCache() {
    UserId outsider = domain.account("outsider");
    assertThatThrownBy(
            () ->
                domain.write(
                    tx -> {
                      var row = domain.features.creators.lockCreator(tx, creator);
                      domain.features.team.addMember(tx, creator, row, outsider);
                      var changed = domain.features.creators.get(tx, creator);
                      assertThat(domain.features.access.adminsOf(tx, changed)).contains(outsider);
                      throw new IllegalStateException("refused at the end");
                    }))
        .hasMessage("refused at the end");

    assertThat(admins(domain)).containsExactly(creator);
    UserId member = domain.teamMember(creator, "ines");
    assertThat(admins(domain)).containsExactlyInAnyOrder(creator, member);
  }

  @Test
  void manyLookUpsAtOnceOfManyCreatorsAgree() {
    UserId other = domain.creator("tomas");
    UserId member = domain.teamMember(other, "aiko");
    var lookUps =
        IntStream.range(0, 200)
            .mapToObj(
                number ->
                    domain
                        .database()
                        .read(
                            tx -> {
                              UserId whose = number % 2 == 0 ? creator : other;
                              return domain.features.access.adminsOf(
                                  tx, domain.features.creators.get(tx, whose));
                            }))
            .toList();

    for (int number = 0; number < lookUps.size(); number++) {
      Set<UserId> expected = number % 2 == 0 ? Set.of(creator) : Set.of(other, member);
      assertThat(lookUps.get(number).join()).isEqualTo(expected);
    }
    assertThat(stats(domain).cacheDetails()).containsOnlyKeys(creator, other);
    CompletableFuture.allOf(lookUps.toArray(CompletableFuture[]::new)).join();
  }

  @Test
  void onlyTheCreatorChangesTheTeam() {
    UserId member = domain.teamMember(creator, "ines");

    refused(
        "forbidden",
        () ->
            domain.write(
                tx -> {
                  domain.features.team.removeMember(tx, member, creator, member);
                  return true;
                }));
    refused(
        "forbidden",
        () ->
            domain.write(
                tx -> domain.features.team.setActive(tx, supporter, creator, member, false)));
    refused(
        "already_member",
        () ->
            domain.write(
                tx ->
                    domain.features.team.addMember(
                        tx, creator, domain.features.creators.lockCreator(tx, creator), member)));
  }

  private Set<UserId> admins(Domain node) {
    return node.read(
        tx -> node.features.access.adminsOf(tx, node.features.creators.get(tx, creator)));
  }

  private static AdminCache.AdminCacheStats stats(Domain node) {
    return node.features.admins.cacheStats();
  }

  private void ask(Domain node, String title) {
    node.ask(supporter, creator, title);
  }

  private void setActive(UserId member, boolean active) {
    domain.write(tx -> domain.features.team.setActive(tx, creator, creator, member, active));
  }

  private void remove(UserId member) {
    domain.write(
        tx -> {
          domain.features.team.removeMember(tx, creator, creator, member);
          return true;
        });
  }
}
