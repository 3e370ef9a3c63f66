package io.bookbell.server.account;

import io.bookbell.hub.UserId;
import io.bookbell.server.creator.Creator;
import io.bookbell.server.creator.CreatorRoles;
import io.bookbell.server.creator.CreatorRow;
import io.bookbell.server.creator.CreatorStore;
import io.bookbell.server.quota.QuotaService;
import io.bookbell.server.storage.Transaction;
import io.bookbell.server.web.ApiRequest;
import io.bookbell.server.web.ApiResponse;
import io.bookbell.server.web.ApiRouter;
import io.bookbell.server.web.JsonBody;
import io.bookbell.server.web.Problem;
import io.bookbell.server.web.RateLimit;
import io.bookbell.server.web.ServerCookies;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** {@code /api/auth}, {@code /api/me} and {@code /api/ws-ticket}. */
public final class AccountRoutes {
  private AccountRoutes() {}

  public static void addSessions(
      ApiRouter apiRouter,
      SignInService signInService,
      SessionStore sessionStore,
      TicketStore ticketStore) {
    apiRouter.openPost(
        "/api/auth/login",
        (apiRequest, _) -> {
          return signInService
              .with(login(apiRequest))
              .thenApply(openedSession -> SessionResponses.of(openedSession, apiRequest.setter()));
        });
    apiRouter.postLast(
        "/api/auth/logout",
        AccountRoutes::nothing,
        (tx, caller, cookies) -> {
          sessionStore.end(tx, caller);
          return signedOut(cookies);
        },
        AccountRoutes::signedOut);
    apiRouter.postOnce(
        "/api/ws-ticket",
        RateLimit.TICKET,
        AccountRoutes::nothing,
        (tx, caller, _) -> ApiResponse.created(ticketStore.issue(tx, caller)));
  }

  private static ApiResponse signedOut(ServerCookies.CookieSetter cookies) {
    return SessionResponses.withoutCookie(ApiResponse.noContent(), cookies);
  }

  private static SignInService.SignInAttempt login(ApiRequest apiRequest) {
    JsonBody jsonBody = apiRequest.body();
    var login =
        new SignInService.SignInAttempt(
            AccountRequestParser.email(jsonBody),
            jsonBody.verbatim("password", 1, PasswordPolicy.LONGEST),
            apiRequest.clientAddress().network(),
            apiRequest.deviceCookie());
    jsonBody.done();
    return login;
  }

  /** Nothing is wanted of the body; how the client's cookies are set. */
  private static ServerCookies.CookieSetter nothing(ApiRequest apiRequest) {
    apiRequest.body().done();
    return apiRequest.setter();
  }

  public static void addMe(
      ApiRouter apiRouter,
      AccountStore accountStore,
      CreatorStore creatorStore,
      CreatorRoles creatorRoles,
      QuotaService quotaService) {
    apiRouter.get(
        "/api/me",
        apiRequest -> {
          apiRequest.query().done();
          return apiRequest;
        },
        (tx, caller, _) ->
            ApiResponse.ok(
                me(tx, caller.user(), accountStore, creatorStore, creatorRoles, quotaService)));
  }

  private static MeResponse me(
      Transaction tx,
      UserId user,
      AccountStore accountStore,
      CreatorStore creatorStore,
      CreatorRoles creatorRoles,
      QuotaService quotaService) {
    Set<UserId> adminOf = creatorRoles.adminOf(tx, user);
    List<QuotaService.SupporterQuota> support = quotaService.support(tx, user);
    var all = new HashSet<>(adminOf);
    support.forEach(each -> all.add(each.quota().creatorId()));
    Map<UserId, String> names =
        creatorStore.all(tx, all).stream()
            .map(CreatorRow::creator)
            .collect(Collectors.toMap(Creator::id, Creator::name));
    return new MeResponse(
        accountStore.get(tx, user),
        support.stream().map(each -> membership(each, names)).toList(),
        adminOf.stream()
            .sorted()
            .map(id -> new AdministeredCreator(id, nameOf(id, names)))
            .toList());
  }

  private static MembershipResponse membership(
      QuotaService.SupporterQuota supporterQuota, Map<UserId, String> names) {
    UserId creator = supporterQuota.quota().creatorId();
    return new MembershipResponse(
        creator,
        nameOf(creator, names),
        supporterQuota.tier().name(),
        supporterQuota.quota().allowed(),
        supporterQuota.quota().used());
  }

  private static String nameOf(UserId creator, Map<UserId, String> names) {
    String name = names.get(creator);
    if (name == null) {
      throw Problem.notFound();
    }
    return name;
  }

  private record MeResponse(
      Account user, List<MembershipResponse> memberships, List<AdministeredCreator> adminOf) {}

  private record MembershipResponse(
      UserId creatorId, String creatorName, String tier, int requestsAllowed, int requestsUsed) {}

  private record AdministeredCreator(UserId creatorId, String creatorName) {}
}
