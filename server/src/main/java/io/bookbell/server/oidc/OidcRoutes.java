package io.bookbell.server.oidc;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.bookbell.server.account.PasswordConfirmation;
import io.bookbell.server.account.PasswordConfirmation.TypedPassword;
import io.bookbell.server.account.SessionResponses;
import io.bookbell.server.account.SignInMethodRoutes.ProviderEntry;
import io.bookbell.server.config.OidcConfig;
import io.bookbell.server.http.ApiRequest;
import io.bookbell.server.http.ApiResponse;
import io.bookbell.server.http.ApiRouter;
import io.bookbell.server.http.Caller;
import io.bookbell.server.http.CompletionFailures;
import io.bookbell.server.http.JsonBody;
import io.bookbell.server.http.Problem;
import io.bookbell.server.http.QueryParameters;
import io.bookbell.server.http.RateLimit;
import io.bookbell.server.http.ServerCookies.CookieSetter;
import io.bookbell.server.storage.Database;
import io.vertx.core.http.HttpMethod;
import java.net.ProxySelector;
import java.net.URI;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code /api/auth/oidc}: sends browsers to a provider, and signs in those that come back. Calls of
 * providers block virtual threads, never an event loop. Thread-safe.
 */
public final class OidcRoutes implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(OidcRoutes.class);
  private static final String PATH = "/api/auth/oidc/";
  private static final String ACCOUNT_PAGE = "/account";

  private static final int MAX_PARAMETER_LENGTH = 4_000;

  private final Database database;
  private final ProviderSignInService signInService;
  private final PasswordConfirmation passwordConfirmation;
  private final InstantSource clock;
  private final ProviderHttp http;
  private final Map<String, OidcProvider> providers = new LinkedHashMap<>();
  private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();

  /**
   * Creates the routes without calling any provider.
   *
   * @param proxies selects the proxy for calls of providers
   */
  public OidcRoutes(
      Database database,
      ProviderSignInService signInService,
      PasswordConfirmation passwordConfirmation,
      List<OidcConfig> configs,
      ProxySelector proxies,
      InstantSource clock) {
    this.database = database;
    this.signInService = signInService;
    this.passwordConfirmation = passwordConfirmation;
    this.clock = clock;
    this.http = new ProviderHttp(proxies);
    for (OidcConfig config : configs) {
      providers.put(config.id(), new OidcProvider(config, http, clock));
    }
  }

  /** The providers, for the sign-in page. */
  public List<ProviderEntry> entries() {
    return providers.values().stream()
        .map(OidcProvider::config)
        .map(config -> new ProviderEntry(config.id(), config.name(), PATH + config.id() + "/start"))
        .toList();
  }

  public void addRoutes(ApiRouter apiRouter) {
    apiRouter.getOpen(PATH + ":provider/start", (apiRequest, _) -> start(apiRequest));
    apiRouter.getOpen(PATH + ":provider/callback", this::finish);
    apiRouter.addAsync(
        HttpMethod.POST,
        PATH + ":provider/link",
        RateLimit.ACCOUNT,
        this::parseLink,
        this::beginLink);
  }

  private record LinkRequest(
      OidcProvider provider, TypedPassword typed, CookieSetter cookies, URI callback) {}

  private LinkRequest parseLink(ApiRequest apiRequest) {
    JsonBody jsonBody = apiRequest.jsonBody();
    TypedPassword typed = TypedPassword.of("password", jsonBody, apiRequest);
    jsonBody.requireNoErrors();
    OidcProvider provider = requireProvider(apiRequest);
    return new LinkRequest(
        provider, typed, apiRequest.cookieSetter(), callbackOf(apiRequest, provider));
  }

  private CompletionStage<ApiResponse> beginLink(Caller caller, LinkRequest link) {
    return passwordConfirmation
        .requireOwner(caller, link.typed)
        .thenCompose(_ -> toProvider(caller, link));
  }

  private CompletionStage<ApiResponse> toProvider(Caller caller, LinkRequest link) {
    var pending =
        PendingSignIn.toLink(link.provider.config().id(), clock.instant(), ACCOUNT_PAGE, caller);
    var visit = new Visit(link.provider, pending, link.cookies, link.callback);
    return begin(visit)
        .thenApply(
            address ->
                ApiResponse.ok(new LinkResponse(address.toString()))
                    .withCookie(visit.startCookie()));
  }

  private record LinkResponse(String url) {}

  /** A browser on its way to a provider. */
  private record Visit(
      OidcProvider provider, PendingSignIn pending, CookieSetter cookies, URI callback) {
    String startCookie() {
      return cookies.signInCookie(pending.toCookie(), PendingSignIn.LIFETIME);
    }
  }

  private OidcProvider requireProvider(ApiRequest apiRequest) {
    return Optional.ofNullable(providers.get(apiRequest.pathText("provider")))
        .orElseThrow(Problem::notFound);
  }

  private static URI callbackOf(ApiRequest apiRequest, OidcProvider provider) {
    return URI.create(apiRequest.publicUrl() + PATH + provider.config().id() + "/callback");
  }

  private CompletionStage<URI> begin(Visit visit) {
    return CompletableFuture.supplyAsync(
            () -> visit.provider.authorizationAddress(visit.pending, visit.callback), executor)
        .exceptionallyCompose(failure -> CompletableFuture.failedFuture(toProblem(failure)));
  }

  private static Throwable toProblem(Throwable failure) {
    if (CompletionFailures.unwrapCause(failure) instanceof ProviderException provider) {
      log.warn("A sign-in failed: {}", provider.getMessage());
      return Problem.of(
          502, provider.refusalCode(), "Provider failed", "The provider can't be used right now.");
    }
    return failure;
  }

  private CompletionStage<ApiResponse> start(ApiRequest apiRequest) {
    QueryParameters query = apiRequest.queryParameters();
    String returnTo = query.optionalVerbatim("return", 500).orElse(PendingSignIn.HOME);
    query.checkField("return", PendingSignIn.isPath(returnTo), "must be a path of the page");
    Optional<String> invitation = query.optionalVerbatim("invitation", 100);
    query.requireNoErrors();
    OidcProvider provider = requireProvider(apiRequest);
    var pending =
        PendingSignIn.toSignIn(provider.config().id(), clock.instant(), returnTo, invitation);
    var visit =
        new Visit(provider, pending, apiRequest.cookieSetter(), callbackOf(apiRequest, provider));
    return begin(visit)
        .thenApply(
            address -> ApiResponse.redirect(address.toString()).withCookie(visit.startCookie()))
        .exceptionally(failure -> refuse(apiRequest, PendingSignIn.HOME, failure));
  }

  /** What a provider has sent back with the browser. */
  private record ProviderAnswer(
      Optional<String> code, Optional<String> state, Optional<String> issuer) {
    static ProviderAnswer of(QueryParameters query) {
      var answer =
          new ProviderAnswer(
              query.optionalVerbatim("code", MAX_PARAMETER_LENGTH),
              query.optionalVerbatim("state", MAX_PARAMETER_LENGTH),
              query.optionalVerbatim("iss", MAX_PARAMETER_LENGTH));
      query.requireNoErrors();
      return answer;
    }
  }

  private CompletionStage<ApiResponse> finish(ApiRequest apiRequest, Optional<Caller> caller) {
    OidcProvider provider = requireProvider(apiRequest);
    var answer = ProviderAnswer.of(apiRequest.queryParameters());
    Optional<PendingSignIn> found =
        apiRequest
            .signInCookie()
            .flatMap(cookie -> PendingSignIn.ofCookie(cookie, clock.instant()))
            .filter(pending -> isAnswerTo(pending, answer, provider));
    String page =
        found.filter(PendingSignIn::addsProvider).isPresent() ? ACCOUNT_PAGE : PendingSignIn.HOME;
    CompletionStage<ApiResponse> finished;
    if (found.isEmpty()) {
      finished = CompletableFuture.failedStage(refusal("sign_in_expired"));
    } else if (answer.code.isEmpty()) {
      finished = CompletableFuture.failedStage(refusal("provider_refused"));
    } else {
      URI callback = callbackOf(apiRequest, provider);
      finished =
          CompletableFuture.supplyAsync(
                  () -> provider.redeemCode(found.get(), answer.code.get(), callback), executor)
              .thenCompose(claims -> finish(apiRequest, caller, provider, found.get(), claims));
    }
    return finished
        .exceptionally(failure -> refuse(apiRequest, page, failure))
        .thenApply(
            response ->
                response.withCookie(apiRequest.cookieSetter().signInCookie("", Duration.ZERO)));
  }

  private static boolean isAnswerTo(
      PendingSignIn pending, ProviderAnswer answer, OidcProvider provider) {
    return pending.provider().equals(provider.config().id())
        && answer.issuer.map(provider.config().issuer().toString()::equals).orElse(true)
        && answer
            .state
            .filter(
                state ->
                    MessageDigest.isEqual(state.getBytes(UTF_8), pending.state().getBytes(UTF_8)))
            .isPresent();
  }

  private CompletionStage<ApiResponse> finish(
      ApiRequest apiRequest,
      Optional<Caller> caller,
      OidcProvider provider,
      PendingSignIn pending,
      ProviderClaims claims) {
    if (pending.addsProvider()) {
      Caller user = caller.filter(pending::isAskedBy).orElseThrow(() -> refusal("sign_in_expired"));
      return database.write(
          tx -> {
            signInService.link(tx, user, claims);
            return ApiResponse.redirect(apiRequest.publicUrl() + pending.returnTo());
          });
    }
    return database
        .write(
            tx ->
                signInService.signIn(
                    tx,
                    claims,
                    Optional.ofNullable(pending.invitation()),
                    provider.config().autoJoin(),
                    apiRequest.clientDescription()))
        .thenApply(
            signIn ->
                SessionResponses.redirectTo(
                    signIn.session(),
                    apiRequest.cookieSetter(),
                    apiRequest.publicUrl() + pending.pageAfter(signIn.isNew())));
  }

  private static Problem refusal(String code) {
    return Problem.of(403, code, "Not signed in", "The sign-in has failed.");
  }

  /** Sends the browser back to the page, which says why the sign-in has failed. */
  private static ApiResponse refuse(ApiRequest apiRequest, String page, Throwable failure) {
    Throwable cause = CompletionFailures.unwrapCause(failure);
    String code =
        switch (cause) {
          case Problem problem -> problem.errorCode();
          case ProviderException provider -> {
            log.warn("A sign-in failed: {}", provider.getMessage());
            yield provider.refusalCode();
          }
          default -> {
            log.error("A sign-in through a provider failed", cause);
            yield "internal_error";
          }
        };
    return ApiResponse.redirect(apiRequest.publicUrl() + page + "?refused=" + code);
  }

  @Override
  public void close() {
    executor.shutdownNow();
    http.close();
  }
}
