package io.bookbell.server.account;

import io.bookbell.server.http.ApiRequest;
import io.bookbell.server.http.ApiResponse;
import io.bookbell.server.http.ApiRouter;
import io.bookbell.server.network.WebOrigin;
import io.bookbell.server.storage.Database;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** {@code /api/auth/methods}: the ways to sign in, for the sign-in page. */
public final class SignInMethodRoutes {
  private final Database database;
  private final PasswordSignInSetting passwordSignInSetting;
  private final List<ProviderEntry> providers;
  private final boolean patreon;
  private final boolean hasMail;

  /**
   * Creates the routes.
   *
   * @param patreon whether this server is registered at Patreon
   * @param hasMail whether mail is set up
   */
  public SignInMethodRoutes(
      Database database,
      PasswordSignInSetting passwordSignInSetting,
      List<ProviderEntry> providers,
      boolean patreon,
      boolean hasMail) {
    this.database = database;
    this.passwordSignInSetting = passwordSignInSetting;
    this.providers = List.copyOf(providers);
    this.patreon = patreon;
    this.hasMail = hasMail;
  }

  /**
   * A provider that people can sign in through.
   *
   * @param path of the address that sends the browser there
   */
  public record ProviderEntry(String id, String name, String path) {}

  public void addRoutes(ApiRouter apiRouter) {
    apiRouter.getOpen("/api/auth/methods", (apiRequest, _) -> listMethods(apiRequest));
  }

  private CompletionStage<ApiResponse> listMethods(ApiRequest apiRequest) {
    apiRequest.queryParameters().requireNoErrors();
    String base = apiRequest.publicUrl();
    boolean passkey = isPasskeyPossible(apiRequest.publicOrigin());
    return database
        .read(passwordSignInSetting::isOn)
        .thenApply(
            password ->
                ApiResponse.ok(
                    new SignInMethodsResponse(
                        password,
                        passkey,
                        providers.stream()
                            .map(each -> new OidcMethod(each.id, each.name, base + each.path))
                            .toList(),
                        patreon,
                        hasMail)));
  }

  /** Browsers have passkeys only for names, and over TLS or on their own machine. */
  public static boolean isPasskeyPossible(WebOrigin origin) {
    boolean isName = !origin.host().startsWith("[") && !origin.host().matches("[0-9.]+");
    return isName && (origin.isSecure() || origin.host().equals("localhost"));
  }

  private record SignInMethodsResponse(
      boolean password, boolean passkey, List<OidcMethod> oidc, boolean patreon, boolean mail) {}

  private record OidcMethod(String id, String name, String url) {}
}
