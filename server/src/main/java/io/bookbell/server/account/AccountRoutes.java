package io.bookbell.server.account;

import io.bookbell.hub.UserId;
import io.bookbell.server.creator.Creator;
import io.bookbell.server.creator.CreatorRow;
import io.bookbell.server.creator.Creators;
import io.bookbell.server.creator.Roles;
import io.bookbell.server.quota.Quotas;
import io.bookbell.server.storage.Transaction;
import io.bookbell.server.web.Answer;
import io.bookbell.server.web.Api;
import io.bookbell.server.web.Body;
import io.bookbell.server.web.Call;
import io.bookbell.server.web.Cookies;
import io.bookbell.server.web.Problem;
import io.bookbell.server.web.Rate;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** {@code /api/auth}, {@code /api/me} and {@code /api/ws-ticket}. */
public final class AccountRoutes {
  private AccountRoutes() {}

  public static void addSessions(Api api, SignIn signIn, Sessions sessions, Tickets tickets) {
    api.openPost(
        "/api/auth/login",
        (call, _) -> {
          return signIn
              .with(login(call))
              .thenApply(opened -> SessionAnswer.of(opened, call.setter()));
        });
    api.postLast(
        "/api/auth/logout",
        AccountRoutes::nothing,
        (tx, caller, cookies) -> {
          sessions.end(tx, caller);
          return signedOut(cookies);
        },
        AccountRoutes::signedOut);
    api.postOnce(
        "/api/ws-ticket",
        Rate.TICKET,
        AccountRoutes::nothing,
        (tx, caller, _) -> Answer.created(tickets.issue(tx, caller)));
  }

  private static Answer signedOut(Cookies.Setter cookies) {
    return SessionAnswer.withoutCookie(Answer.noContent(), cookies);
  }

  private static SignIn.Attempt login(Call call) {
    Body body = call.body();
    var login =
        new SignIn.Attempt(
            AccountFields.email(body),
            body.verbatim("password", 1, PasswordRule.LONGEST),
            call.clientAddress().network(),
            call.deviceCookie());
    body.done();
    return login;
  }

  /** Nothing is wanted of the body; how the client's cookies are set. */
  private static Cookies.Setter nothing(Call call) {
    call.body().done();
    return call.setter();
  }

  public static void addMe(
      Api api, Accounts accounts, Creators creators, Roles roles, Quotas quotas) {
    api.get(
        "/api/me",
        call -> {
          call.query().done();
          return call;
        },
        (tx, caller, _) -> Answer.ok(me(tx, caller.user(), accounts, creators, roles, quotas)));
  }

  private static Me me(
      Transaction tx,
      UserId user,
      Accounts accounts,
      Creators creators,
      Roles roles,
      Quotas quotas) {
    Set<UserId> adminOf = roles.adminOf(tx, user);
    List<Quotas.Support> support = quotas.support(tx, user);
    var all = new HashSet<>(adminOf);
    support.forEach(each -> all.add(each.quota().creatorId()));
    Map<UserId, String> names =
        creators.all(tx, all).stream()
            .map(CreatorRow::creator)
            .collect(Collectors.toMap(Creator::id, Creator::name));
    return new Me(
        accounts.get(tx, user),
        support.stream().map(each -> membership(each, names)).toList(),
        adminOf.stream().sorted().map(id -> new Administered(id, nameOf(id, names))).toList());
  }

  private static Membership membership(Quotas.Support support, Map<UserId, String> names) {
    UserId creator = support.quota().creatorId();
    return new Membership(
        creator,
        nameOf(creator, names),
        support.tier().name(),
        support.quota().allowed(),
        support.quota().used());
  }

  private static String nameOf(UserId creator, Map<UserId, String> names) {
    String name = names.get(creator);
    if (name == null) {
      throw Problem.notFound();
    }
    return name;
  }

  private record Me(Account user, List<Membership> memberships, List<Administered> adminOf) {}

  private record Membership(
      UserId creatorId, String creatorName, String tier, int requestsAllowed, int requestsUsed) {}

  private record Administered(UserId creatorId, String creatorName) {}
}
