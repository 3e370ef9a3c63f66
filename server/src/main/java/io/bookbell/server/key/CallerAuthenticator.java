package io.bookbell.server.key;

import io.bookbell.server.account.SessionAuthenticator;
import io.bookbell.server.external.ExternalAuthenticator;
import io.bookbell.server.http.Authenticator;
import io.bookbell.server.http.CallOrigin;
import io.bookbell.server.http.Caller;
import io.bookbell.server.http.CallerCache;
import io.bookbell.server.http.ClientDescription;
import io.bookbell.server.http.Credentials.ProxyUser;
import io.bookbell.server.http.RateLimits;
import io.bookbell.server.storage.Database;
import java.util.concurrent.CompletionStage;

/**
 * Authenticates people by session or external sign-in, and programs by key. Any thread may call it.
 */
public final class CallerAuthenticator implements Authenticator {
  private final SessionAuthenticator sessions;
  private final KeyAuthenticator keys;
  private final ExternalAuthenticator external;

  public CallerAuthenticator(
      SessionAuthenticator sessions,
      Database database,
      KeyStore keyStore,
      ExternalAuthenticator external,
      RateLimits rateLimits,
      CallerCache callerCache) {
    this.sessions = sessions;
    this.external = external;
    this.keys = new KeyAuthenticator(database, keyStore, rateLimits, callerCache);
  }

  @Override
  public CompletionStage<AuthenticatedCaller> authenticate(String token, ClientDescription client) {
    return sessions.authenticate(token, client);
  }

  @Override
  public CompletionStage<AuthenticatedCaller> authenticateKey(String key, CallOrigin callOrigin) {
    return keys.authenticate(key, callOrigin);
  }

  @Override
  public CompletionStage<AuthenticatedCaller> authenticateSiteToken(String token) {
    return external.authenticateToken(token);
  }

  @Override
  public CompletionStage<AuthenticatedCaller> authenticateProxyUser(ProxyUser user) {
    return external.authenticateProxyUser(user);
  }

  @Override
  public CompletionStage<Caller> redeemTicket(String ticket) {
    return sessions.redeemTicket(ticket);
  }

  @Override
  public CompletionStage<Boolean> isAlive(Caller caller) {
    if (caller.external().isPresent()) {
      return external.isAlive(caller);
    }
    return caller.key().isPresent() ? keys.isAlive(caller) : sessions.isAlive(caller);
  }

  @Override
  public CompletionStage<Boolean> hasEnded(String token) {
    return sessions.hasEnded(token);
  }
}
