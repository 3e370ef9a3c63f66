package io.bookbell.server.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.bookbell.server.Cast;
import io.bookbell.server.Cast.Person;
import io.bookbell.server.TestServer;
import io.bookbell.server.api.RouteRules.Rule;
import io.bookbell.server.http.KeyScope;
import io.bookbell.server.key.RouteScopes;
import io.bookbell.server.support.TestClient;
import io.bookbell.server.support.TestClient.Reply;
import io.bookbell.server.support.TestDatabase;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.ToIntFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Permissions: 404 for what the caller may not see, 403 for what they may see but not do. A key may
 * do what its user may do, as far as its scope goes.
 */
class RolesTest {
  private static final Contract CONTRACT = new Contract();
  private static final Description DESCRIPTION = new Description("openapi.yaml");

  /** Somebody as the table names them, and the status that they get. */
  private record Expected(String role, Person person, ToIntFunction<Rule> status) {}

  private static List<Expected> everybody(Cast cast) {
    return List.of(
        new Expected("stranger", cast.stranger(), Rule::stranger),
        new Expected("supporter", cast.supporter(), Rule::supporter),
        new Expected("team", cast.team(), Rule::team),
        new Expected("creator", cast.creator(), Rule::creator));
  }

  @ParameterizedTest
  @EnumSource
  void everySessionGetsWhatItsUserMay(TestDatabase database) {
    TestServer server = TestServer.shared(database);
    Cast cast = server.cast();
    var wrong = new ArrayList<String>();
    for (Rule rule : RouteRules.of(cast).rules()) {
      compare(wrong, rule.call() + " by nobody", rule.callWith(server.client()), 401);
      for (Expected each : everybody(cast)) {
        Reply reply = rule.callWith(each.person.client());
        compare(wrong, rule.call() + " by the " + each.role, reply, each.status.applyAsInt(rule));
      }
    }
    assertThat(wrong).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void everyKeyGetsWhatItsUserAndItsScopeMay(TestDatabase database) {
    TestServer server = TestServer.shared(database);
    Cast cast = server.cast();
    var keys = new HashMap<Person, Map<KeyScope, TestClient>>();
    everybody(cast).forEach(each -> keys.put(each.person, keysOf(server, each.person)));
    var wrong = new ArrayList<String>();
    for (Rule rule : RouteRules.of(cast).rules()) {
      for (Expected each : everybody(cast)) {
        keys.get(each.person)
            .forEach(
                (scope, client) -> {
                  String what = rule.call() + " by the " + each.role + "’s key for " + scope;
                  Reply reply = rule.callWith(client);
                  boolean isScopeEnough = rule.neededScope().equals(Optional.of(scope));
                  compare(wrong, what, reply, isScopeEnough ? each.status.applyAsInt(rule) : 403);
                  if (reply.code().equals("insufficient_scope") == isScopeEnough) {
                    wrong.add(what + ": " + reply.code());
                  }
                });
      }
    }
    assertThat(wrong).isEmpty();
  }

  private static void compare(List<String> wrong, String what, Reply reply, int expected) {
    if (reply.status() != expected) {
      wrong.add("%s: %d instead of %d".formatted(what, reply.status(), expected));
    }
  }

  private static Map<KeyScope, TestClient> keysOf(TestServer server, Person person) {
    var keys = new EnumMap<KeyScope, TestClient>(KeyScope.class);
    for (KeyScope scope : KeyScope.values()) {
      keys.put(scope, server.withKey(person.id(), scope));
    }
    return keys;
  }

  @Test
  void everyOperationHasARow() {
    Cast cast = TestServer.shared(TestDatabase.SQLITE).cast();
    Set<String> known = new TreeSet<>(RouteRules.OPEN);
    RouteRules.of(cast)
        .rules()
        .forEach(rule -> known.add(CONTRACT.call(rule.method(), rule.path())));

    assertThat(CONTRACT.calls())
        .as("operations; add a row to RouteRules for a new one")
        .containsExactlyInAnyOrderElementsOf(known);
  }

  @Test
  void theDescriptionNamesTheScopeOfEveryOperation() {
    Cast cast = TestServer.shared(TestDatabase.SQLITE).cast();
    Map<String, Optional<KeyScope>> expected = new TreeMap<>();
    RouteRules.OPEN.forEach(call -> expected.put(call, Optional.empty()));
    RouteRules.of(cast)
        .rules()
        .forEach(
            rule -> expected.put(CONTRACT.call(rule.method(), rule.path()), rule.neededScope()));
    for (Operation operation : CONTRACT.operations()) {
      Optional<KeyScope> described = describedScope(operation);

      assertThat(described).as("%s", operation).isEqualTo(expected.get(operation.toString()));
      assertThat(RouteScopes.of(operation.toString().replaceAll("\\{(\\w+)}", ":$1")))
          .as("%s", operation)
          .isEqualTo(described);
    }
  }

  private static Optional<KeyScope> describedScope(Operation operation) {
    List<JsonNode> scopes = DESCRIPTION.at(operation.pointer() + "/security").findValues("key");
    return scopes.stream().findFirst().map(scope -> KeyScope.of(scope.get(0).asText()));
  }

  @ParameterizedTest
  @EnumSource
  void whatNeedsNoCallerTakesNoKey(TestDatabase database) {
    TestServer server = TestServer.shared(database);
    TestClient key = server.withKey(server.cast().creator().id(), KeyScope.values());
    for (String call : RouteRules.OPEN) {
      if (call.contains(" /api/")) {
        String[] parts = call.replaceAll("\\{\\w+}", "1").split(" ", 2);
        String body = parts[0].equals("GET") ? null : "{}";
        Reply reply = key.send(parts[0], parts[1], body, Map.of()).expect(403);
        assertThat(reply.code()).as(call).isEqualTo("insufficient_scope");
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void theTeamTakesSupportersByIdOrAddressAndNobodyElse(TestDatabase database) {
    Cast cast = TestServer.shared(database).cast();
    long id = cast.creator().id();
    String other = cast.other().email().toUpperCase(Locale.ROOT);

    add(cast, Map.of("creator_id", id, "user_id", cast.stranger().id()), 404);
    add(cast, Map.of("creator_id", id, "email", "nobody@cast.test"), 404);
    add(cast, Map.of("creator_id", id, "user_id", 999_999_999), 404);
    add(cast, Map.of("creator_id", 999_999_999, "user_id", cast.other().id()), 404);
    add(cast, Map.of("creator_id", id), 400);
    add(cast, Map.of("creator_id", id, "user_id", 1, "email", "a@b"), 400);
    add(cast, Map.of("creator_id", id, "email", other), 201);
    assertThat(add(cast, Map.of("creator_id", id, "email", other), 409).code())
        .isEqualTo("already_member");
  }

  private static Reply add(Cast cast, Map<String, ?> body, int status) {
    return cast.creator().client().post("/api/team/add", body).expect(status);
  }

  @ParameterizedTest
  @EnumSource
  void aDeactivatedMemberSeesNothingUntilLetInAgain(TestDatabase database) {
    Cast cast = TestServer.shared(database).cast();
    Person team = cast.team();
    String member = "/api/team/" + team.id() + "?creator_id=" + cast.creator().id();
    String requests = "/api/book-requests?creator_id=" + cast.creator().id();

    cast.creator().client().patch(member, Map.of("active", false)).expect(200);
    team.client().get(requests).expect(404);
    cast.creator().client().patch(member, Map.of("active", true)).expect(200);
    team.client().get(requests).expect(200);
  }
}
