package io.bookbell.server.web;

import java.util.concurrent.CompletionStage;

/** Says whose session a token belongs to. Any thread may call it. */
@FunctionalInterface
public interface Authenticator {
  /** Fails with a {@link Problem} 401 when the session is unknown, ended or expired. */
  CompletionStage<Caller> authenticate(String token);
}
