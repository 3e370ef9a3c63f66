package io.bookbell.server.account;

import io.bookbell.server.http.ApiRequest;
import io.bookbell.server.http.ApiResponse;
import io.bookbell.server.http.ApiRouter;
import io.bookbell.server.http.CompletionFailures;
import io.bookbell.server.http.JsonBody;
import io.bookbell.server.http.Problem;
import io.bookbell.server.http.RateLimit;
import io.bookbell.server.http.RateLimits;
import io.bookbell.server.storage.Database;
import io.bookbell.server.storage.Transaction;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code /api/auth/forgot} and {@code /api/auth/confirm-email}: what is done by links in mails
 * about accounts.
 */
public final class ForgotRoutes {
  private static final Logger log = LoggerFactory.getLogger(ForgotRoutes.class);

  private final AddressChangeStore addressChangeStore = new AddressChangeStore();
  private final PasswordSignInSetting passwordSignInSetting = new PasswordSignInSetting();
  private final Database database;
  private final AccountStore accountStore;
  private final ResetLinkStore resetLinkStore;
  private final RateLimits rateLimits;
  private final Optional<AccountMailer> mailer;
  private final Function<Optional<String>, String> language;

  /**
   * Creates the routes.
   *
   * @param mailer empty if no mail is set up
   * @param language chooses one by the Accept-Language header
   */
  public ForgotRoutes(
      Database database,
      AccountStore accountStore,
      ResetLinkStore resetLinkStore,
      RateLimits rateLimits,
      Optional<AccountMailer> mailer,
      Function<Optional<String>, String> language) {
    this.database = database;
    this.accountStore = accountStore;
    this.resetLinkStore = resetLinkStore;
    this.rateLimits = rateLimits;
    this.mailer = mailer;
    this.language = language;
  }

  public void addRoutes(ApiRouter apiRouter) {
    apiRouter.postOpen("/api/auth/forgot", (apiRequest, _) -> sendLink(apiRequest));
    apiRouter.postOpen("/api/auth/confirm-email", (apiRequest, _) -> confirmAddress(apiRequest));
  }

  /**
   * The response doesn't tell whether there is an account, and neither does the time it takes: the
   * mail is put into the outbox after the response.
   */
  private CompletionStage<ApiResponse> sendLink(ApiRequest apiRequest) {
    rateLimits.countAnonymousCall(RateLimit.FORGOT, apiRequest.clientAddress().networkKey());
    JsonBody jsonBody = apiRequest.jsonBody();
    String email = AccountRequestParser.parseEmail(jsonBody);
    jsonBody.requireNoErrors();
    String chosen = language.apply(apiRequest.header("Accept-Language"));
    CompletableFuture<?> ended = apiRequest.whenEnded();
    return database
        .read(tx -> findAccount(tx, email))
        .thenApply(
            account -> {
              var _ = ended.thenRun(() -> account.ifPresent(found -> sendLink(found, chosen)));
              return ApiResponse.accepted(new ForgotResponse(mailer.isPresent()));
            });
  }

  /** The account to which a link may be sent. The same is asked whether there is one or not. */
  private Optional<Account> findAccount(Transaction tx, String email) {
    boolean on = passwordSignInSetting.isOn(tx);
    return accountStore.findByEmail(tx, email).filter(_ -> on);
  }

  /**
   * The response.
   *
   * @param mail whether mail is set up at all
   */
  private record ForgotResponse(boolean mail) {}

  private void sendLink(Account account, String chosen) {
    mailer.ifPresent(
        there -> {
          var _ =
              database
                  .write(
                      tx -> {
                        accountStore.lockAccount(tx, account.id()); // one mail, if asked twice
                        boolean mayReset = !accountStore.isDisabled(tx, account.id());
                        if (mayReset) {
                          there.sendResetLink(tx, account, chosen);
                        }
                        return mayReset;
                      })
                  .whenComplete(
                      (_, failure) -> {
                        if (failure != null) {
                          logTrouble(account, CompletionFailures.unwrapCause(failure));
                        }
                      });
        });
  }

  /** The caller has the same answer as always. A database's message may contain the address. */
  private static void logTrouble(Account account, Throwable failure) {
    log.warn(
        "A link for a new password could not be mailed to the account {}: {}",
        account.id(),
        failure.getClass().getSimpleName());
  }

  private CompletionStage<ApiResponse> confirmAddress(ApiRequest apiRequest) {
    JsonBody jsonBody = apiRequest.jsonBody();
    String token = jsonBody.requiredVerbatim("token", 1, SecretTokens.MAX_LENGTH);
    jsonBody.requireNoErrors();
    String chosen = language.apply(apiRequest.header("Accept-Language"));
    return database.write(
        tx -> {
          confirmAddress(tx, token, chosen);
          return ApiResponse.noContent();
        });
  }

  /** The account is locked before the link is used up, in the order in which all others do. */
  private void confirmAddress(Transaction tx, String token, String chosen) {
    var change = addressChangeStore.findByToken(tx, token).orElseThrow(ForgotRoutes::invalidLink);
    Account former = accountStore.lockAccount(tx, change.user());
    if (!addressChangeStore.consumeLink(tx, token)) {
      throw invalidLink();
    }
    accountStore.updateEmail(tx, change.user(), change.email());
    resetLinkStore.removeLinkOf(tx, change.user()); // it was mailed to the former address
    mailer.ifPresent(there -> there.tellFormerAddress(tx, former, chosen));
  }

  private static Problem invalidLink() {
    return Problem.notFound("This link is no longer valid.");
  }
}
