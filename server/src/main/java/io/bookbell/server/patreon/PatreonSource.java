package io.bookbell.server.patreon;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.bookbell.hub.UserId;
import io.bookbell.server.json.Json;
import io.bookbell.server.membership.ExternalMember;
import io.bookbell.server.membership.ExternalTier;
import io.bookbell.server.membership.MembershipSource;
import io.bookbell.server.membership.SourceException;
import io.bookbell.server.membership.SourceException.SourceProblem;
import io.bookbell.server.membership.SourceSecrets;
import io.bookbell.server.membership.SourceService;
import io.bookbell.server.patreon.PatreonHttp.UnauthorizedException;
import io.bookbell.server.storage.Database;
import io.bookbell.server.storage.Transaction;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * Reads creators' members at Patreon with the tokens they have given, and renews the tokens. Its
 * methods block, and one thread of all nodes at a time reads a creator's members, so a refresh
 * token isn't used twice. Thread-safe.
 */
public final class PatreonSource implements MembershipSource {
  public static final String NAME = "patreon";

  private static final Duration RENEWED_BEFORE = Duration.ofMinutes(10);

  private final SourceSecrets secrets = new SourceSecrets();
  private final Database database;
  private final SourceService sourceService;
  private final PatreonApi api;
  private final PatreonCipher cipher;
  private final InstantSource clock;

  public PatreonSource(
      Database database,
      SourceService sourceService,
      PatreonApi api,
      String clientSecret,
      InstantSource clock) {
    this.database = database;
    this.sourceService = sourceService;
    this.api = api;
    this.cipher = new PatreonCipher(clientSecret);
    this.clock = clock;
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public List<ExternalTier> readTiers(UserId creator) {
    String campaign = campaignOf(creator);
    return callWithToken(creator, token -> api.readTiers(campaign, token));
  }

  @Override
  public MemberPage readMembers(UserId creator, Optional<String> cursor) {
    String campaign = campaignOf(creator);
    return callWithToken(creator, token -> api.readMembers(campaign, cursor, token));
  }

  @Override
  public Optional<ExternalMember> readMember(UserId creator, String memberKey) {
    PatreonEvent event = PatreonEvent.ofKey(memberKey);
    return callWithToken(creator, token -> api.readMember(event.memberId(), token));
  }

  @Override
  public Optional<String> findPerson(String memberKey) {
    return Optional.of(PatreonEvent.ofKey(memberKey).userId()).filter(id -> !id.isEmpty());
  }

  private String campaignOf(UserId creator) {
    return database
        .read(tx -> sourceService.findAccountId(tx, creator, NAME))
        .join()
        .orElseThrow(PatreonSource::revoked);
  }

  /** Has Patreon stop sending events, if it can be reached. */
  void stopWebhook(UserId creator) {
    try {
      findTokens(creator)
          .ifPresent(
              tokens -> {
                String webhook = tokens.webhookId();
                if (webhook != null) {
                  api.pauseWebhook(webhook, true, tokens.accessToken());
                }
              });
    } catch (SourceException | UnauthorizedException e) {
      // it is answered with 404 from now on
    }
  }

  private <T> T callWithToken(UserId creator, Function<String, T> call) {
    PatreonTokens tokens = findTokens(creator).orElseThrow(PatreonSource::revoked);
    if (tokens.expiresAt().isBefore(clock.instant().plus(RENEWED_BEFORE))) {
      tokens = renewTokens(creator, tokens);
    } else {
      try {
        return call.apply(tokens.accessToken());
      } catch (UnauthorizedException e) {
        tokens = renewTokens(creator, tokens);
      }
    }
    try {
      return call.apply(tokens.accessToken());
    } catch (UnauthorizedException e) {
      throw revoked();
    }
  }

  private PatreonTokens renewTokens(UserId creator, PatreonTokens old) {
    PatreonTokens renewed;
    try {
      renewed = old.withPair(api.renew(old.refreshToken()));
    } catch (UnauthorizedException e) { // unless somebody else has renewed them meanwhile
      return findTokens(creator)
          .filter(stored -> !stored.equals(old))
          .orElseThrow(PatreonSource::revoked);
    }
    boolean stored = database.write(tx -> replaceTokens(tx, creator, old, renewed)).join();
    return stored ? renewed : findTokens(creator).orElseThrow(PatreonSource::revoked);
  }

  /** Stores a renewed pair, unless the creator has connected again meanwhile. */
  private boolean replaceTokens(
      Transaction tx, UserId creator, PatreonTokens old, PatreonTokens renewed) {
    boolean same = findTokens(tx, creator).filter(old::equals).isPresent();
    if (same) {
      storeTokens(tx, creator, renewed);
    }
    return same;
  }

  void storeTokens(Transaction tx, UserId creator, PatreonTokens tokens) {
    secrets.store(tx, creator, NAME, cipher.encrypt(Json.writeAsString(tokens), bound(creator)));
  }

  private Optional<PatreonTokens> findTokens(UserId creator) {
    return database.read(tx -> findTokens(tx, creator)).join();
  }

  /** Returns the tokens; empty without any, or if they were encrypted with another secret. */
  Optional<PatreonTokens> findTokens(Transaction tx, UserId creator) {
    return secrets
        .find(tx, creator, NAME)
        .flatMap(stored -> cipher.decrypt(stored, bound(creator)))
        .map(PatreonSource::parseTokens);
  }

  private static PatreonTokens parseTokens(String json) {
    try {
      return Json.readStored(json, PatreonTokens.class);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("stored tokens aren't readable", e);
    }
  }

  private static String bound(UserId creator) {
    return "creator " + creator;
  }

  PatreonCipher cipher() {
    return cipher;
  }

  private static SourceException revoked() {
    return new SourceException(
        SourceProblem.REVOKED, "Patreon doesn't accept the stored access any more. Connect again.");
  }
}
