package io.bookbell.server.external;

import io.bookbell.hub.UserId;
import io.bookbell.server.account.AccountStore;
import io.bookbell.server.account.AccountStore.NewAccount;
import io.bookbell.server.account.ExternalSignIns;
import io.bookbell.server.config.ExternalSignInConfig;
import io.bookbell.server.external.SiteTokenVerifier.VerifiedToken;
import io.bookbell.server.http.Authenticator.AuthenticatedCaller;
import io.bookbell.server.http.Caller;
import io.bookbell.server.http.Credentials.ProxyUser;
import io.bookbell.server.http.Problem;
import io.bookbell.server.storage.Database;
import io.bookbell.server.storage.Transaction;
import io.bookbell.server.text.EmailAddress;
import io.bookbell.server.text.GraphemeClusters;
import io.bookbell.server.text.TextNormalizer;
import java.net.ProxySelector;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.regex.Pattern;

/**
 * Authenticates people whom the site that they come from, or a proxy, has signed in. Nothing is
 * stored about such a sign-in. Any thread may call it; tokens are verified on threads of their own,
 * because keys may have to be fetched.
 */
public final class ExternalAuthenticator {
  private static final Pattern USER_ID = Pattern.compile("[1-9][0-9]{0,15}");
  private static final int MAX_NAME_LENGTH = 100;

  private final Database database;
  private final AccountStore accountStore;
  private final Optional<SiteTokenVerifier> verifier;

  /**
   * Creates the authenticator.
   *
   * @param proxies selects the proxy through which the keys of tokens are fetched
   */
  public ExternalAuthenticator(
      Database database,
      AccountStore accountStore,
      ExternalSignInConfig config,
      ProxySelector proxies,
      InstantSource clock) {
    this.database = database;
    this.accountStore = accountStore;
    this.verifier = config.tokens().map(tokens -> new SiteTokenVerifier(tokens, proxies, clock));
  }

  /** Checks a token, as in {@link io.bookbell.server.http.Authenticator#authenticateSiteToken}. */
  public CompletionStage<AuthenticatedCaller> authenticateToken(String token) {
    return CompletableFuture.supplyAsync(
            () -> verifier.orElseThrow(ExternalAuthenticator::notAccepted).verify(token),
            task -> Thread.ofVirtual().name("site-token").start(task))
        .thenCompose(this::findUser);
  }

  private static Problem notAccepted() {
    return Problem.unauthorized("Tokens of another site are not accepted here.");
  }

  private CompletionStage<AuthenticatedCaller> findUser(VerifiedToken token) {
    return database
        .read(
            tx ->
                token.isAddress()
                    ? EmailAddress.of(token.value()).flatMap(address -> findByAddress(tx, address))
                    : toUserId(token.value()).flatMap(id -> ExternalSignIns.findAccount(tx, id)))
        .thenApply(
            found ->
                accept(
                    found.orElseThrow(
                        () ->
                            Problem.unauthorized(
                                "The token is valid, but its user has no account here.")),
                    Optional.of(token.timeLeft())));
  }

  private Optional<ExternalSignIns.ExternalAccount> findByAddress(Transaction tx, String address) {
    return accountStore
        .findByEmail(tx, address)
        .flatMap(account -> ExternalSignIns.findAccount(tx, account.id()));
  }

  private static Optional<UserId> toUserId(String value) {
    return Optional.of(value)
        .filter(text -> USER_ID.matcher(text).matches())
        .map(text -> new UserId(Long.parseLong(text)));
  }

  /**
   * Finds or creates an account, as in {@link
   * io.bookbell.server.http.Authenticator#authenticateProxyUser}.
   */
  public CompletionStage<AuthenticatedCaller> authenticateProxyUser(ProxyUser user) {
    return user.email()
        .flatMap(EmailAddress::of)
        .map(address -> findOrCreate(address, user))
        .orElseGet(
            () ->
                CompletableFuture.failedStage(
                    Problem.unauthorized(
                        "The proxy names a user, but no e-mail address to find the account by. Its"
                            + " header can be set as BOOKBELL_AUTH_EMAIL_HEADER.")));
  }

  private CompletionStage<AuthenticatedCaller> findOrCreate(String address, ProxyUser user) {
    return database
        .read(tx -> findByAddress(tx, address))
        .thenCompose(
            found ->
                found.isPresent()
                    ? CompletableFuture.completedStage(found.get())
                    : database
                        .write(tx -> createAccount(tx, address, user))
                        .exceptionallyCompose(failure -> findCreated(address, failure)))
        .thenApply(account -> accept(account, Optional.empty()));
  }

  /**
   * A browser's first requests come all at once, and another one of them may have created the
   * account meanwhile. PostgreSQL shows it only to a new transaction.
   */
  private CompletionStage<ExternalSignIns.ExternalAccount> findCreated(
      String address, Throwable failure) {
    if (Problem.findIn(failure).filter(problem -> problem.status() == 409).isEmpty()) {
      return CompletableFuture.failedStage(failure);
    }
    return database
        .read(tx -> findByAddress(tx, address))
        .thenCompose(
            found ->
                found
                    .map(CompletableFuture::completedStage)
                    .orElseGet(() -> CompletableFuture.failedStage(failure)));
  }

  /** The first account is created by the link that the server prints, so it isn't created here. */
  private ExternalSignIns.ExternalAccount createAccount(
      Transaction tx, String address, ProxyUser user) {
    Optional<ExternalSignIns.ExternalAccount> existing = findByAddress(tx, address);
    if (existing.isPresent()) {
      return existing.get();
    }
    if (!AccountStore.hasAccounts(tx)) {
      throw Problem.unauthorized("Nobody has an account here yet. Use the setup link first.");
    }
    String name = TextNormalizer.normalizeLine(user.displayName().orElse(user.user()));
    String shown = GraphemeClusters.truncateText(name, MAX_NAME_LENGTH);
    String usable =
        shown.isBlank() || GraphemeClusters.hasOversizedCluster(shown)
            ? address.substring(0, address.indexOf('@'))
            : shown;
    var created = accountStore.create(tx, new NewAccount(address, usable, ""), false);
    return new ExternalSignIns.ExternalAccount(created.id(), false, false);
  }

  private static AuthenticatedCaller accept(
      ExternalSignIns.ExternalAccount account, Optional<Duration> timeLeft) {
    if (account.disabled()) {
      throw Problem.unauthorized("This account is disabled. Ask whoever runs this Bookbell.");
    }
    var caller =
        new Caller(
            account.user(),
            ExternalSignIns.sessionOf(account.user()),
            account.operator(),
            Optional.empty(),
            Optional.of(new Caller.ExternalSignIn(timeLeft)));
    return new AuthenticatedCaller(caller, Optional.empty());
  }

  /** Returns whether the caller still has an account, which isn't disabled. */
  public CompletionStage<Boolean> isAlive(Caller caller) {
    return database
        .read(tx -> ExternalSignIns.findAccount(tx, caller.user()))
        .thenApply(found -> found.filter(account -> !account.disabled()).isPresent());
  }
}
