package io.bookbell.server.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.bookbell.server.Cast;
import io.bookbell.server.TestServer;
import io.bookbell.server.support.TestClient;
import io.bookbell.server.support.TestDatabase;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A team member who is also a supporter decides nothing about themselves. */
class OwnRequestTest {
  @ParameterizedTest
  @EnumSource
  void everyDecisionAboutOneselfIsRefusedWithTheSameCode(TestDatabase database) {
    Cast cast = TestServer.shared(database).cast();
    TestClient member = cast.team().client();
    String of = "?creator_id=" + cast.creator().id();
    String account = "/api/supporters/" + cast.team().id();
    makeSupporterAndManager(cast, of);
    long request = cast.team().ask(cast.creator(), "Kindred");
    var approval = Map.of("status", "approved");

    var refusals =
        List.of(
            member.post("/api/book-requests/" + request + "/respond", approval),
            member.post(account + "/grant" + of, Map.of("amount", 1, "reason", "please")),
            member.patch(account + of, Map.of("tier_id", cast.tier())),
            member.post(account + "/block" + of, "{}"),
            member.delete(account + of));
    var outcomes =
        member.post(
            "/api/book-requests/respond",
            Map.of(
                "creator_id", cast.creator().id(), "ids", List.of(request), "status", "approved"));

    assertThat(refusals)
        .allSatisfy(refusal -> assertThat(refusal.expect(403).code()).isEqualTo("own_request"));
    assertThat(outcomes.expect(200).body().at("/items/0/code").asText()).isEqualTo("own_request");
  }

  private static void makeSupporterAndManager(Cast cast, String of) {
    TestClient creator = cast.creator().client();
    creator.patch("/api/team/" + cast.team().id() + of, Map.of("role", "people")).expect(200);
    var terms =
        Map.of(
            "creator_id",
            cast.creator().id(),
            "kind",
            "supporter",
            "tier_id",
            cast.tier(),
            "uses",
            1,
            "expires_at",
            Instant.now().plusSeconds(3600).toString());
    String url = creator.post("/api/invitations", terms).expect(201).body().get("url").asText();
    String token = url.substring(url.indexOf('#') + 1);
    cast.team().client().post("/api/auth/accept", Map.of("token", token)).expect(200);
  }
}
