package io.bookbell.server.account;

import io.bookbell.hub.UserId;
import io.bookbell.server.creator.Creator;
import io.bookbell.server.creator.CreatorRoles;
import io.bookbell.server.creator.CreatorRow;
import io.bookbell.server.creator.CreatorStore;
import io.bookbell.server.creator.TeamRole;
import io.bookbell.server.http.ApiRequest;
import io.bookbell.server.http.ApiResponse;
import io.bookbell.server.http.ApiRouter;
import io.bookbell.server.http.Caller;
import io.bookbell.server.http.JsonBody;
import io.bookbell.server.http.Problem;
import io.bookbell.server.http.RateLimit;
import io.bookbell.server.http.ServerCookies;
import io.bookbell.server.quota.QuotaService;
import io.bookbell.server.storage.Transaction;
import io.vertx.core.http.HttpMethod;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** {@code /api/auth}, {@code /api/me} and {@code /api/ws-ticket}. */
public final class AccountRoutes {
  private AccountRoutes() {}

  public static void addSessionRoutes(
      ApiRouter apiRouter,
      SignInService signInService,
      SessionStore sessionStore,
      TicketStore ticketStore) {
    apiRouter.postOpen(
        "/api/auth/login",
        (apiRequest, _) -> {
          return signInService
              .signIn(parseLogin(apiRequest))
              .thenApply(
                  openedSession -> SessionResponses.of(openedSession, apiRequest.cookieSetter()));
        });
    apiRouter.postEndingSession(
        "/api/auth/logout",
        AccountRoutes::requireEmptyBody,
        (tx, caller, cookies) -> {
          caller.requireOwnSession();
          sessionStore.endSession(tx, caller.user(), caller.session());
          return signedOutResponse(cookies);
        },
        AccountRoutes::signedOutResponse);
    apiRouter.postRepeatable(
        "/api/ws-ticket",
        RateLimit.TICKET,
        AccountRoutes::requireEmptyBody,
        (tx, caller, _) -> {
          caller.requireOwnSession();
          return ApiResponse.created(ticketStore.issueTicket(tx, caller));
        });
  }

  private static ApiResponse signedOutResponse(ServerCookies.CookieSetter cookies) {
    return SessionResponses.clearSessionCookie(ApiResponse.noContent(), cookies);
  }

  private static SignInService.SignInAttempt parseLogin(ApiRequest apiRequest) {
    JsonBody jsonBody = apiRequest.jsonBody();
    var login =
        new SignInService.SignInAttempt(
            AccountRequestParser.parseEmail(jsonBody),
            jsonBody.requiredVerbatim("password", 1, PasswordPolicy.MAX_LENGTH),
            apiRequest.clientDescription(),
            apiRequest.deviceCookie(),
            apiRequest.whenEnded());
    jsonBody.requireNoErrors();
    return login;
  }

  /** Requires an empty body and returns the setter for the client's cookies. */
  private static ServerCookies.CookieSetter requireEmptyBody(ApiRequest apiRequest) {
    apiRequest.jsonBody().requireNoErrors();
    return apiRequest.cookieSetter();
  }

  public static void addMeRoutes(
      ApiRouter apiRouter,
      OwnAccountService ownAccountService,
      AccountStore accountStore,
      CreatorStore creatorStore,
      CreatorRoles creatorRoles,
      QuotaService quotaService) {
    apiRouter.get(
        "/api/me",
        apiRequest -> {
          apiRequest.queryParameters().requireNoErrors();
          return apiRequest;
        },
        (tx, caller, _) ->
            ApiResponse.ok(
                loadCurrentUser(
                    tx, caller, accountStore, creatorStore, creatorRoles, quotaService)));
    apiRouter.registerCommand(
        HttpMethod.PATCH,
        "/api/me",
        RateLimit.ACCOUNT,
        OwnAccountRoutes::parseAccountChange,
        (tx, caller, accountChange) -> {
          ownAccountService.changeAccount(tx, caller, accountChange);
          return ApiResponse.ok(
              loadCurrentUser(tx, caller, accountStore, creatorStore, creatorRoles, quotaService));
        });
  }

  private static MeResponse loadCurrentUser(
      Transaction tx,
      Caller caller,
      AccountStore accountStore,
      CreatorStore creatorStore,
      CreatorRoles creatorRoles,
      QuotaService quotaService) {
    UserId user = caller.user();
    var administered = creatorStore.findWhereLater(tx, creatorRoles.isAdministered("id", user));
    var supported = creatorStore.findWhereLater(tx, QuotaService.isSupported("id", user));
    var support = quotaService.findSupportLater(tx, user);
    Account account = accountStore.get(tx, user);
    Map<UserId, String> names =
        supported.get().stream()
            .map(CreatorRow::creator)
            .collect(Collectors.toMap(Creator::id, Creator::name));
    return new MeResponse(
        account,
        account.hasPassword(),
        caller.operator(),
        support.get().stream().map(each -> toMembership(each, names)).toList(),
        administered.get().stream()
            .sorted(Comparator.comparing(CreatorRow::id))
            .map(
                creator ->
                    new AdministeredCreator(
                        creator.id(),
                        creator.creator().name(),
                        creatorRoles.teamRoleOf(tx, creator, user).orElse(null)))
            .toList());
  }

  private static MembershipResponse toMembership(
      QuotaService.SupporterQuota supporterQuota, Map<UserId, String> names) {
    UserId creator = supporterQuota.quota().creatorId();
    return new MembershipResponse(
        creator,
        requireName(creator, names),
        supporterQuota.tier().name(),
        supporterQuota.quota().allowed(),
        supporterQuota.quota().used());
  }

  private static String requireName(UserId creator, Map<UserId, String> names) {
    String name = names.get(creator);
    if (name == null) {
      throw Problem.notFound();
    }
    return name;
  }

  private record MeResponse(
      Account user,
      boolean hasPassword,
      boolean operator,
      List<MembershipResponse> memberships,
      List<AdministeredCreator> adminOf) {}

  private record MembershipResponse(
      UserId creatorId,
      String creatorName,
      String tier,
      @Nullable Integer requestsAllowed,
      int requestsUsed) {}

  /** The role on the team; null for the creator. */
  private record AdministeredCreator(
      UserId creatorId, String creatorName, @Nullable TeamRole role) {}
}
