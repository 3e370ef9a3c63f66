package io.bookbell.server.patreon;

import com.fasterxml.jackson.databind.JsonNode;
import io.bookbell.server.config.ServerConfig.PatreonConfig;
import io.bookbell.server.membership.ExternalMember;
import io.bookbell.server.membership.ExternalTier;
import io.bookbell.server.membership.MembershipSource.MemberPage;
import io.bookbell.server.membership.SourceException;
import io.bookbell.server.membership.SourceException.SourceProblem;
import io.bookbell.server.patreon.PatreonDocuments.Campaign;
import io.bookbell.server.patreon.PatreonDocuments.Identity;
import io.bookbell.server.patreon.PatreonHttp.UnauthorizedException;
import java.net.ProxySelector;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The calls of Patreon's API, version 2, that this server makes. They block. Those with an access
 * token fail with an {@link UnauthorizedException} if it isn't valid. Thread-safe.
 */
public final class PatreonApi implements AutoCloseable {
  static final String CREATOR_SCOPES =
      "identity campaigns campaigns.members campaigns.members[email] w:campaigns.webhook";
  static final String SUPPORTER_SCOPES = "identity identity[email] identity.memberships";

  private static final String API = "/api/oauth2/v2";
  private static final String TOKEN = "/api/oauth2/token";
  private static final String MEMBERS_PER_PAGE = "500";
  private static final String MEMBER_FIELDS = "email,patron_status,last_charge_status";
  private static final List<String> TRIGGERS =
      List.of(
          "members:create",
          "members:update",
          "members:delete",
          "members:pledge:create",
          "members:pledge:update",
          "members:pledge:delete");

  private final PatreonConfig config;
  private final PatreonHttp http;
  private final InstantSource clock;

  /**
   * Creates the client.
   *
   * @param proxies selects the proxy for each call
   */
  public PatreonApi(PatreonConfig config, ProxySelector proxies, InstantSource clock) {
    this(config, new PatreonHttp(config, proxies, Thread::sleep, PatreonHttp.TIMEOUT), clock);
  }

  PatreonApi(PatreonConfig config, PatreonHttp http, InstantSource clock) {
    this.config = config;
    this.http = http;
    this.clock = clock;
  }

  /** The address at which somebody allows this server to read something of theirs. */
  String authorizationUrl(String scopes, String state, String redirectUri) {
    return config.url()
        + "/oauth2/authorize?response_type=code&"
        + PatreonHttp.encodeQuery(
            Map.of(
                "client_id", config.clientId(),
                "redirect_uri", redirectUri,
                "scope", scopes,
                "state", state));
  }

  /** Exchanges the code with which somebody came back. */
  PatreonTokens exchangeCode(String code, String redirectUri) {
    return requestTokens(
        Map.of("grant_type", "authorization_code", "code", code, "redirect_uri", redirectUri));
  }

  /** Gets a new pair of tokens; the old one isn't valid any more. */
  PatreonTokens renew(String refreshToken) {
    return requestTokens(Map.of("grant_type", "refresh_token", "refresh_token", refreshToken));
  }

  private PatreonTokens requestTokens(Map<String, String> grant) {
    var form = new HashMap<>(grant);
    form.put("client_id", config.clientId());
    form.put("client_secret", config.clientSecret());
    JsonNode answer = http.sendForm(TOKEN, form).orElseThrow(PatreonApi::unexpected);
    String access = answer.path("access_token").asText("");
    if (access.isEmpty()) {
      throw unexpected();
    }
    Instant expiresAt = clock.instant().plusSeconds(answer.path("expires_in").asLong(3600));
    return new PatreonTokens(
        access, answer.path("refresh_token").asText(""), expiresAt, null, null);
  }

  Optional<Campaign> findCampaign(String token) {
    return http.get(API + "/campaigns", Map.of("fields[campaign]", "creation_name,vanity"), token)
        .flatMap(PatreonDocuments::readCampaign);
  }

  List<ExternalTier> readTiers(String campaign, String token) {
    return http.get(
            API + "/campaigns/" + campaign,
            Map.of("include", "tiers", "fields[tier]", "title,amount_cents"),
            token)
        .map(PatreonDocuments::readTiers)
        .orElseThrow(PatreonApi::unexpected);
  }

  MemberPage readMembers(String campaign, Optional<String> cursor, String token) {
    var parameters = memberParameters();
    parameters.put("page[count]", MEMBERS_PER_PAGE);
    cursor.ifPresent(next -> parameters.put("page[cursor]", next));
    return http.get(API + "/campaigns/" + campaign + "/members", parameters, token)
        .flatMap(PatreonDocuments::readMembers)
        .orElseThrow(PatreonApi::unexpected);
  }

  /** Reads one member; empty if Patreon doesn't have the member any more. */
  Optional<ExternalMember> readMember(String member, String token) {
    return http.get(API + "/members/" + member, memberParameters(), token)
        .flatMap(PatreonDocuments::readMember);
  }

  private static Map<String, String> memberParameters() {
    return new HashMap<>(
        Map.of("include", "currently_entitled_tiers,user", "fields[member]", MEMBER_FIELDS));
  }

  Identity readIdentity(String token) {
    return http.get(
            API + "/identity",
            Map.of(
                "include",
                "memberships.currently_entitled_tiers,memberships.campaign",
                "fields[user]",
                "full_name,email,is_email_verified",
                "fields[member]",
                "patron_status,last_charge_status"),
            token)
        .flatMap(PatreonDocuments::readIdentity)
        .orElseThrow(PatreonApi::unexpected);
  }

  /** Has events sent to an address, and returns the tokens with the secret that signs them. */
  PatreonTokens ensureWebhook(String campaign, String address, PatreonTokens tokens) {
    Optional<JsonNode> known = findWebhook(address, tokens.accessToken());
    JsonNode webhook =
        known.orElseGet(
            () ->
                http.sendJson(
                        "POST",
                        API + "/webhooks",
                        webhookDocument(campaign, address),
                        tokens.accessToken())
                    .map(answer -> answer.path("data"))
                    .orElseThrow(PatreonApi::unexpected));
    String id = webhook.path("id").asText("");
    String secret = webhook.path("attributes").path("secret").asText("");
    if (id.isEmpty() || secret.isEmpty()) {
      throw unexpected();
    }
    if (known.isPresent()) {
      pauseWebhook(id, false, tokens.accessToken());
    }
    return tokens.withWebhook(id, secret);
  }

  private Optional<JsonNode> findWebhook(String address, String token) {
    JsonNode answer =
        http.get(API + "/webhooks", Map.of("fields[webhook]", "uri,secret,paused"), token)
            .orElseThrow(PatreonApi::unexpected);
    for (JsonNode webhook : answer.path("data")) {
      if (webhook.path("attributes").path("uri").asText().equals(address)
          && webhook.path("attributes").hasNonNull("secret")) {
        return Optional.of(webhook);
      }
    }
    return Optional.empty();
  }

  private static Map<String, ?> webhookDocument(String campaign, String address) {
    var relationship = Map.of("data", Map.of("type", "campaign", "id", campaign));
    return Map.of(
        "data",
        Map.of(
            "type",
            "webhook",
            "attributes",
            Map.of("triggers", TRIGGERS, "uri", address),
            "relationships",
            Map.of("campaign", relationship)));
  }

  void pauseWebhook(String id, boolean paused, String token) {
    var _ =
        http.sendJson(
            "PATCH",
            API + "/webhooks/" + id,
            Map.of(
                "data",
                Map.of("type", "webhook", "id", id, "attributes", Map.of("paused", paused))),
            token);
  }

  private static SourceException unexpected() {
    return new SourceException(SourceProblem.UNAVAILABLE, "Patreon's answer isn't as documented");
  }

  @Override
  public void close() {
    http.close();
  }
}
