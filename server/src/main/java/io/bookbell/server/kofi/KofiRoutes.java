package io.bookbell.server.kofi;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.bookbell.hub.UserId;
import io.bookbell.server.http.ApiRequest;
import io.bookbell.server.http.ApiResponse;
import io.bookbell.server.http.ApiRouter;
import io.bookbell.server.http.JsonBody;
import io.bookbell.server.http.Problem;
import io.bookbell.server.http.RateLimit;
import io.bookbell.server.http.Sha256;
import io.bookbell.server.membership.SourceRoutes;
import io.bookbell.server.membership.SourceSecrets;
import io.bookbell.server.membership.SourceService;
import io.bookbell.server.membership.SourceWorker;
import io.bookbell.server.storage.Database;
import io.bookbell.server.storage.Transaction;
import java.security.MessageDigest;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;

/**
 * {@code /api/kofi}: a creator's connection with Ko-fi, and the payments reported from there. Ko-fi
 * can't be asked for members, so there is nothing to sync: each payment of a membership pays for a
 * month. Only a hash of the verification token is stored.
 */
public final class KofiRoutes {
  private static final String NAME = "kofi";
  private static final String PATH = "/api/kofi";
  private static final int MAX_TOKEN_LENGTH = 200;

  private final SourceSecrets secrets = new SourceSecrets();
  private final Database database;
  private final SourceService sourceService;
  private final SourceWorker sourceWorker;

  public KofiRoutes(Database database, SourceService sourceService, SourceWorker sourceWorker) {
    this.database = database;
    this.sourceService = sourceService;
    this.sourceWorker = sourceWorker;
  }

  public void addRoutes(ApiRouter apiRouter) {
    var sourceRoutes = new SourceRoutes(PATH, NAME, sourceService, sourceWorker, true);
    sourceRoutes.addStateRoute(
        apiRouter, (tx, creator) -> secrets.find(tx, creator, NAME).isPresent());
    sourceRoutes.addTierRoute(apiRouter);
    apiRouter.put(
        PATH,
        RateLimit.WRITE,
        KofiRoutes::parseConnection,
        (tx, caller, wanted) -> {
          sourceService.connect(tx, caller.user(), wanted.creator, NAME, "kofi", "Ko-fi", null);
          secrets.store(tx, wanted.creator, NAME, hashToken(wanted.token));
          return ApiResponse.noContent();
        });
    apiRouter.delete(
        PATH,
        SourceRoutes::parseCreatorId,
        (tx, caller, creator) -> {
          sourceService.disconnect(tx, caller.user(), creator, NAME);
          return ApiResponse.noContent();
        });
    apiRouter.postOpen(PATH + "/webhook/:creator_id", (apiRequest, _) -> receive(apiRequest));
  }

  private static KofiConnection parseConnection(ApiRequest apiRequest) {
    JsonBody jsonBody = apiRequest.jsonBody();
    var connection =
        new KofiConnection(
            jsonBody.requiredUserId("creator_id"),
            jsonBody.requiredVerbatim("verification_token", 8, MAX_TOKEN_LENGTH));
    jsonBody.requireNoErrors();
    return connection;
  }

  private record KofiConnection(UserId creator, String token) {}

  private static String hashToken(String token) {
    return Sha256.hexDigest(token.strip().getBytes(UTF_8));
  }

  private CompletionStage<ApiResponse> receive(ApiRequest apiRequest) {
    var creator = apiRequest.pathUserId("creator_id");
    var payment = KofiPayment.parse(apiRequest.bodyBytes());
    return database.write(tx -> receive(tx, creator, payment));
  }

  private ApiResponse receive(Transaction tx, UserId creator, KofiPayment payment) {
    String expected = secrets.find(tx, creator, NAME).orElseThrow(Problem::notFound);
    if (!MessageDigest.isEqual(
        expected.getBytes(UTF_8), hashToken(payment.token()).getBytes(UTF_8))) {
      throw Problem.of(
          403, "invalid_signature", "Not allowed", "The verification token isn't the creator's.");
    }
    payment.email().ifPresent(email -> sourceService.replaceAddressAsId(tx, creator, NAME, email));
    sourceService.receive(
        tx,
        creator,
        NAME,
        payment.paidTier().stream().toList(),
        payment.memberId().orElse(""),
        before -> payment.applyTo(before).map(List::of).orElse(List.of()));
    return ApiResponse.ok(Map.of());
  }
}
