package io.bookbell.server.oidc;

import io.bookbell.hub.UserId;
import io.bookbell.server.account.SignInMethods;
import io.bookbell.server.config.OidcConfig;
import io.bookbell.server.http.ApiResponse;
import io.bookbell.server.http.ApiRouter;
import io.bookbell.server.http.Problem;
import io.bookbell.server.oidc.IdentityStore.LinkedIdentity;
import io.bookbell.server.storage.Transaction;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** {@code /api/identities}: the providers through which the caller signs in. */
public final class IdentityRoutes {
  private static final String PATH = "/api/identities";

  private final IdentityStore identityStore;
  private final SignInMethods signInWays;
  private final Map<String, String> namesByIssuer;

  public IdentityRoutes(
      IdentityStore identityStore, SignInMethods signInWays, List<OidcConfig> configs) {
    this.identityStore = identityStore;
    this.signInWays = signInWays;
    this.namesByIssuer =
        configs.stream()
            .collect(
                Collectors.toUnmodifiableMap(
                    config -> config.issuer().toString(), OidcConfig::name));
  }

  public void addRoutes(ApiRouter apiRouter) {
    apiRouter.get(
        PATH,
        apiRequest -> {
          apiRequest.queryParameters().requireNoErrors();
          return apiRequest;
        },
        (tx, caller, _) -> ApiResponse.ok(list(tx, caller.user())));
    apiRouter.deleteFromReserve(
        PATH + "/:id",
        apiRequest -> apiRequest.pathId("id"),
        (tx, caller, id) -> {
          caller.requireOwnSession();
          signInWays.lockAccount(tx, caller.user());
          if (!identityStore.remove(tx, caller.user(), id)) {
            throw Problem.notFound();
          }
          signInWays.requireSome(tx, caller.user());
          return ApiResponse.noContent();
        });
  }

  private IdentityList list(Transaction tx, UserId user) {
    return new IdentityList(identityStore.list(tx, user).stream().map(this::toListed).toList());
  }

  private ListedIdentity toListed(LinkedIdentity identity) {
    return new ListedIdentity(
        identity.id(),
        namesByIssuer.getOrDefault(identity.issuer(), identity.issuer()),
        identity.email(),
        identity.createdAt(),
        identity.lastUsedAt());
  }

  private record ListedIdentity(
      long id,
      String provider,
      @Nullable String email,
      Instant createdAt,
      @Nullable Instant lastUsedAt) {}

  private record IdentityList(List<ListedIdentity> items) {}
}
