package io.bookbell.server.patreon;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bookbell.server.json.Json;
import io.bookbell.server.membership.ExternalMember;
import io.bookbell.server.membership.MemberState;
import io.bookbell.server.membership.SourceException;
import io.bookbell.server.membership.SourceException.SourceProblem;
import io.bookbell.server.network.EnvironmentProxies;
import io.bookbell.server.patreon.PatreonHttp.UnauthorizedException;
import io.bookbell.server.support.StandInPatreon;
import io.bookbell.server.support.StandInPatreon.Patron;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Patreon is read as documented, and given time when it asks for it. */
class PatreonApiTest {
  private final StandInPatreon patreon = new StandInPatreon();
  private final List<Duration> pauses = new ArrayList<>();
  private PatreonApi api;
  private PatreonTokens tokens;

  @BeforeEach
  void open() {
    var http =
        new PatreonHttp(
            patreon.config(), new EnvironmentProxies(Map.of()), pauses::add, PatreonHttp.TIMEOUT);
    api = new PatreonApi(patreon.config(), http, InstantSource.system());
    String home = "https://books.example/patreon";
    var back = patreon.allow(api.authorizationUrl(PatreonApi.CREATOR_SCOPES, "s", home), "creator");
    assertThat(back.get("scope")).isEqualTo(PatreonApi.CREATOR_SCOPES);
    tokens = api.exchangeCode(back.get("code"), home);
  }

  @AfterEach
  void close() {
    api.close();
    patreon.close();
  }

  @Test
  void theSignaturesOfTheDocumentationAreRight() {
    assertThat(isSigned("testing", "a964f51f0ae9c643aca91bfbc66f6d78")).isTrue();
    assertThat(isSigned("{\"data\":{\"type\":\"post\"}}", "607ab2394f5c0de6f35b1aabecd0c851"))
        .isTrue();
    assertThat(isSigned("testing ", "a964f51f0ae9c643aca91bfbc66f6d78")).isFalse();
    assertThat(isSigned("testing", "")).isFalse();
  }

  private static boolean isSigned(String body, String signature) {
    return PatreonEvent.isSigned(body.getBytes(UTF_8), "secret", signature);
  }

  @Test
  void membersComeInPagesAndTheirTiersByRank() {
    patreon.addTier("t1", "Reader");
    patreon.addTier("t9", "Gold");
    patreon.setPageSize(2);
    patreon.put(new Patron("1", "Ada@Test.example", "active_patron", List.of("t1", "t9")));
    patreon.put(new Patron("2", "b@test.example", null, List.of()));
    patreon.put(new Patron("3", "", "declined_patron", List.of("t1")));

    var first = api.readMembers(StandInPatreon.CAMPAIGN, Optional.empty(), tokens.accessToken());
    var second = api.readMembers(StandInPatreon.CAMPAIGN, first.next(), tokens.accessToken());

    assertThat(first.members().getFirst())
        .isEqualTo(
            new ExternalMember(
                "1",
                Optional.of("ada@test.example"),
                MemberState.ACTIVE,
                Set.of("t1", "t9"),
                Optional.empty()));
    assertThat(first.members().get(1).state()).isEqualTo(MemberState.FREE);
    assertThat(second.members()).extracting(ExternalMember::id).containsExactly("3");
    assertThat(second.next()).isEmpty();
    var tiers = api.readTiers(StandInPatreon.CAMPAIGN, tokens.accessToken());
    assertThat(tiers.get(1).rank()).isGreaterThan(tiers.get(0).rank());
  }

  @Test
  void theClientWaitsAsLongAsItIsAskedToAndGivesUpAfterAWhile() {
    patreon.refuse(2);
    assertThat(api.findCampaign(tokens.accessToken())).isPresent();
    assertThat(pauses).containsExactly(Duration.ofSeconds(3), Duration.ofSeconds(3));

    patreon.refuse(100);
    assertThatThrownBy(() -> api.findCampaign(tokens.accessToken()))
        .isInstanceOfSatisfying(
            SourceException.class,
            busy -> {
              assertThat(busy.problem()).isEqualTo(SourceProblem.BUSY);
              assertThat(busy.retryAfter()).contains(Duration.ofSeconds(3));
            });
  }

  @Test
  void theClientDoesNotWaitForeverForTheRestOfAnAnswer() {
    var proxies = new EnvironmentProxies(Map.of());
    var http = new PatreonHttp(patreon.config(), proxies, pauses::add, Duration.ofMillis(200));
    patreon.stall(true);
    try (var hasty = new PatreonApi(patreon.config(), http, InstantSource.system())) {
      assertThatThrownBy(() -> hasty.findCampaign(tokens.accessToken()))
          .isInstanceOf(SourceException.class);
    }
  }

  @Test
  void aPageWithoutAListIsNotOneWithoutMembers() throws IOException {
    assertThat(PatreonDocuments.readMembers(Json.readTree("{\"errors\":[]}"))).isEmpty();
    assertThat(PatreonDocuments.readMembers(Json.readTree("{\"data\":[]}"))).isPresent();
  }

  @Test
  void whatIsNoAnswerOfPatreonsIsToldFromAnInvalidToken() {
    patreon.breakDown(true);
    assertThatThrownBy(() -> api.findCampaign(tokens.accessToken()))
        .isInstanceOfSatisfying(
            SourceException.class,
            failure -> assertThat(failure.problem()).isEqualTo(SourceProblem.UNAVAILABLE));

    patreon.breakDown(false);
    patreon.expireAccess();
    assertThatThrownBy(() -> api.findCampaign(tokens.accessToken()))
        .isInstanceOf(UnauthorizedException.class);
    assertThat(api.findCampaign(api.renew(tokens.refreshToken()).accessToken())).isPresent();
  }

  @Test
  void tokensAreStoredSoThatOnlyTheSameClientReadsThemForTheSameCreator() {
    var cipher = new PatreonCipher("secret");
    String stored = cipher.encrypt("access", "creator 1");

    assertThat(stored).doesNotContain("access");
    assertThat(cipher.decrypt(stored, "creator 1")).contains("access");
    assertThat(cipher.decrypt(stored, "creator 2")).isEmpty();
    assertThat(new PatreonCipher("another").decrypt(stored, "creator 1")).isEmpty();
  }
}
