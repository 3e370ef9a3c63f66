package io.bookbell.server.operator;

import io.bookbell.hub.UserId;
import io.bookbell.server.account.AccountControl;
import io.bookbell.server.account.ResetLinkStore.ResetLink;
import io.bookbell.server.http.ApiRequest;
import io.bookbell.server.http.ApiResponse;
import io.bookbell.server.http.ApiRouter;
import io.bookbell.server.http.Caller;
import io.bookbell.server.http.JsonBody;
import io.bookbell.server.http.PageRequest;
import io.bookbell.server.http.Problem;
import io.bookbell.server.http.QueryParameters;
import io.bookbell.server.http.RateLimit;
import io.bookbell.server.outbox.OutboxReport;
import io.bookbell.server.outbox.OutboxReport.KindReport;
import io.bookbell.server.storage.Transaction;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;

/** {@code /api/operator}: for operators with a session. Nobody else learns that it exists. */
public final class OperatorRoutes {
  private static final String ACCOUNTS = "/api/operator/accounts";
  private static final String ACCOUNT = ACCOUNTS + "/:user_id";
  private static final String SIGN_IN = "/api/operator/sign-in";
  private static final int MAX_NAME_LENGTH = 100;
  private static final int MAX_SEARCH_LENGTH = 200;

  private final AccountControl accountControl;
  private final OperatorService operatorService;
  private final OutboxReport outboxReport = new OutboxReport();

  public OperatorRoutes(AccountControl accountControl, OperatorService operatorService) {
    this.accountControl = accountControl;
    this.operatorService = operatorService;
  }

  public void addRoutes(ApiRouter apiRouter) {
    addLists(apiRouter);
    addAccountCommands(apiRouter);
    addSessionCommands(apiRouter);
    addSignInRoutes(apiRouter);
  }

  private void addLists(ApiRouter apiRouter) {
    apiRouter.get(
        ACCOUNTS,
        OperatorRoutes::parseAccountQuery,
        (tx, caller, query) -> {
          accountControl.requireOperator(tx, caller);
          return ApiResponse.ok(operatorService.listAccounts(tx, query.sought, query.page));
        });
    apiRouter.get(
        ACCOUNT,
        OperatorRoutes::parseUser,
        (tx, caller, user) -> {
          accountControl.requireOperator(tx, caller);
          return ApiResponse.ok(operatorService.getAccount(tx, user));
        });
    apiRouter.get(
        "/api/operator/connections",
        OperatorRoutes::requireNoQuery,
        (tx, caller, _) -> {
          accountControl.requireOperator(tx, caller);
          return ApiResponse.ok(operatorService.listConnections(tx));
        });
    apiRouter.get(
        "/api/operator/outbox",
        OperatorRoutes::requireNoQuery,
        (tx, caller, _) -> {
          accountControl.requireOperator(tx, caller);
          return ApiResponse.ok(new OutboxResponse(outboxReport.read(tx)));
        });
  }

  private record OutboxResponse(List<KindReport> items) {}

  private record AccountQuery(Optional<String> sought, PageRequest page) {}

  private static AccountQuery parseAccountQuery(ApiRequest apiRequest) {
    QueryParameters queryParameters = apiRequest.queryParameters();
    var query =
        new AccountQuery(
            queryParameters.optionalText("q", MAX_SEARCH_LENGTH), queryParameters.pageRequest());
    queryParameters.requireNoErrors();
    return query;
  }

  private void addAccountCommands(ApiRouter apiRouter) {
    addCommand(
        apiRouter,
        "/disable",
        (tx, order) -> {
          if (order.user.equals(order.caller.user())) {
            throw Problem.conflict("own_account", "You can't disable the account you are using.");
          }
          accountControl.disable(tx, order.user);
        });
    addCommand(apiRouter, "/enable", (tx, order) -> accountControl.enable(tx, order.user));
    apiRouter.post(
        ACCOUNT + "/creator",
        RateLimit.ACCOUNT,
        OperatorRoutes::parseCreator,
        (tx, caller, wanted) -> {
          accountControl.requireOperator(tx, caller);
          operatorService.makeCreator(tx, wanted.user, wanted.name);
          return ApiResponse.ok(operatorService.getAccount(tx, wanted.user));
        });
    apiRouter.delete(
        ACCOUNT + "/creator",
        OperatorRoutes::parseUser,
        (tx, caller, user) -> {
          accountControl.requireOperator(tx, caller);
          operatorService.closeCreator(tx, user);
          return ApiResponse.noContent();
        });
    apiRouter.postSecret(
        ACCOUNT + "/reset",
        RateLimit.ACCOUNT,
        apiRequest -> {
          apiRequest.jsonBody().requireNoErrors();
          return new ResetOrder(parseUser(apiRequest), apiRequest.publicUrl());
        },
        (tx, caller, order) -> {
          accountControl.requireOperator(tx, caller);
          accountControl.requireOrdinary(tx, order.user);
          ResetLink link = accountControl.createResetLink(tx, order.user);
          return ApiResponse.created(
              new ResetLinkResponse(order.base + "/reset#" + link.token(), link.expiresAt()));
        });
  }

  private record ResetOrder(UserId user, String base) {}

  private record ResetLinkResponse(String url, Instant expiresAt) {
    /** Without the secret. */
    @Override
    public String toString() {
      return "ResetLinkResponse[" + expiresAt + "]";
    }
  }

  private record CreatorOrder(UserId user, String name) {}

  private static CreatorOrder parseCreator(ApiRequest apiRequest) {
    JsonBody jsonBody = apiRequest.jsonBody();
    var order =
        new CreatorOrder(
            apiRequest.pathUserId("user_id"), jsonBody.requiredLine("name", 1, MAX_NAME_LENGTH));
    jsonBody.requireNoErrors();
    return order;
  }

  /** A command about an account. */
  private record AccountOrder(Caller caller, UserId user) {}

  private void addCommand(
      ApiRouter apiRouter, String name, BiConsumer<Transaction, AccountOrder> command) {
    apiRouter.post(
        ACCOUNT + name,
        RateLimit.ACCOUNT,
        apiRequest -> {
          apiRequest.jsonBody().requireNoErrors();
          return parseUser(apiRequest);
        },
        (tx, caller, user) -> {
          accountControl.requireOperator(tx, caller);
          command.accept(tx, new AccountOrder(caller, user));
          return ApiResponse.ok(operatorService.getAccount(tx, user));
        });
  }

  private void addSessionCommands(ApiRouter apiRouter) {
    apiRouter.deleteFromReserve(
        ACCOUNT + "/sessions",
        OperatorRoutes::parseUser,
        (tx, caller, user) -> {
          accountControl.requireOperator(tx, caller);
          accountControl.endSessions(tx, user);
          return ApiResponse.noContent();
        });
    apiRouter.deleteFromReserve(
        ACCOUNT + "/sessions/:id",
        apiRequest -> new SessionOrder(parseUser(apiRequest), apiRequest.pathId("id")),
        (tx, caller, order) -> {
          accountControl.requireOperator(tx, caller);
          accountControl.endSession(tx, order.user, order.id);
          return ApiResponse.noContent();
        });
  }

  private record SessionOrder(UserId user, long id) {}

  private void addSignInRoutes(ApiRouter apiRouter) {
    apiRouter.get(
        SIGN_IN,
        OperatorRoutes::requireNoQuery,
        (tx, caller, _) -> {
          accountControl.requireOperator(tx, caller);
          return ApiResponse.ok(operatorService.signInSettings(tx, caller.user()));
        });
    apiRouter.patch(
        SIGN_IN,
        apiRequest -> {
          JsonBody jsonBody = apiRequest.jsonBody();
          boolean passwords = jsonBody.requiredBoolean("passwords");
          jsonBody.requireNoErrors();
          return passwords;
        },
        (tx, caller, passwords) -> {
          accountControl.requireOperator(tx, caller);
          operatorService.turnPasswords(tx, caller.user(), passwords);
          return ApiResponse.ok(operatorService.signInSettings(tx, caller.user()));
        });
  }

  private static UserId parseUser(ApiRequest apiRequest) {
    return apiRequest.pathUserId("user_id");
  }

  private static ApiRequest requireNoQuery(ApiRequest apiRequest) {
    apiRequest.queryParameters().requireNoErrors();
    return apiRequest;
  }
}
