package io.bookbell.bench.nodes;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.bookbell.hub.Message;
import io.bookbell.hub.UserId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/**
 * A random workload: which users are connected to which node, and the changes. Each change concerns
 * a supporter and the team of one creator, and is committed on the supporter's node. The same seed
 * gives the same workload. Immutable.
 *
 * @param users the users of each node
 */
record Traffic(List<Set<UserId>> users, List<Change> changes) {
  private static final int CREATORS = 50;
  private static final int TEAM = 4;
  private static final int SUPPORTERS_OF_EACH = 36;
  private static final int TEXT = 400;

  /** Where team members are connected; supporters may be on any node. */
  enum Teams {
    ANYWHERE("anywhere"),
    TOGETHER("on one node");

    final String words;

    Teams(String words) {
      this.words = words;
    }
  }

  /**
   * A committed change with one message.
   *
   * @param node the node that commits it
   */
  record Change(int node, Message message, Set<UserId> audience) {}

  static Traffic make(int nodes, Teams teams, int changes, long seed) {
    var random = new Random(seed);
    List<Set<UserId>> users = new ArrayList<>();
    for (int node = 0; node < nodes; node++) {
      users.add(new HashSet<>());
    }
    Map<UserId, Integer> places = new HashMap<>();
    for (int creator = 0; creator < CREATORS; creator++) {
      int together = random.nextInt(nodes);
      for (int person = 0; person < TEAM + SUPPORTERS_OF_EACH; person++) {
        int anywhere = random.nextInt(nodes);
        boolean placed = person < TEAM && teams == Teams.TOGETHER;
        places.put(user(creator, person), placed ? together : anywhere);
      }
    }
    places.forEach((user, node) -> users.get(node).add(user));
    List<Change> happening = new ArrayList<>();
    for (int number = 0; number < changes; number++) {
      happening.add(change(number, places, random));
    }
    return new Traffic(users, happening);
  }

  private static Change change(int number, Map<UserId, Integer> places, Random random) {
    int creator = random.nextInt(CREATORS);
    UserId supporter = user(creator, TEAM + random.nextInt(SUPPORTERS_OF_EACH));
    Set<UserId> audience = new HashSet<>(Set.of(supporter));
    for (int member = 0; member < TEAM; member++) {
      audience.add(user(creator, member));
    }
    return new Change(places.getOrDefault(supporter, 0), message(number), audience);
  }

  private static UserId user(int creator, int person) {
    return new UserId(1 + creator * (TEAM + SUPPORTERS_OF_EACH) + person);
  }

  private static Message message(int number) {
    String json =
        "{\"type\":\"book_request_update\",\"action\":\"created\",\"book_request\":{\"id\":%d,\"note\":\"%s\"}}"
            .formatted(number, "x".repeat(TEXT));
    return Message.of(json.getBytes(UTF_8));
  }

  /** Returns how many messages the first changes cause to nodes other than their own. */
  long concerningOthers(int first) {
    long count = 0;
    for (Change change : changes.subList(0, first)) {
      for (int node = 0; node < users.size(); node++) {
        Set<UserId> there = users.get(node);
        boolean concerned = change.audience.stream().anyMatch(there::contains);
        count += concerned && node != change.node ? 1 : 0;
      }
    }
    return count;
  }
}
