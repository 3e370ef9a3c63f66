package io.bookbell.server.invitation;

import io.bookbell.server.account.Account;
import io.bookbell.server.account.AccountFields;
import io.bookbell.server.account.Accounts;
import io.bookbell.server.account.Accounts.NewAccount;
import io.bookbell.server.account.Passwords;
import io.bookbell.server.account.SessionAnswer;
import io.bookbell.server.account.SignIn;
import io.bookbell.server.account.SignUps;
import io.bookbell.server.account.Tokens;
import io.bookbell.server.storage.Database;
import io.bookbell.server.storage.Transaction;
import io.bookbell.server.web.Answer;
import io.bookbell.server.web.Api;
import io.bookbell.server.web.Body;
import io.bookbell.server.web.Call;
import io.bookbell.server.web.Caller;
import io.bookbell.server.web.Problem;
import io.bookbell.server.web.Unsigned;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/** {@code /api/auth/accept}: where an invitation link leads. */
public final class JoinRoutes {
  private final Database database;
  private final Accounts accounts;
  private final Passwords passwords;
  private final SignUps signUps;
  private final Invitations invitations;

  public JoinRoutes(
      Database database,
      Accounts accounts,
      Passwords passwords,
      SignUps signUps,
      Invitations invitations) {
    this.database = database;
    this.accounts = accounts;
    this.passwords = passwords;
    this.signUps = signUps;
    this.invitations = invitations;
  }

  public void add(Api api) {
    api.openPost("/api/auth/accept", this::accept);
  }

  private CompletionStage<Answer> accept(Call call, Optional<Caller> caller) {
    return signUps
        .once(Unsigned.of(call, caller), work(call, caller))
        .thenApply(opened -> SessionAnswer.of(opened, call.setter()));
  }

  /**
   * What the call wants. A repetition is answered before it is looked at whether the body fits: the
   * session that the first call opened may be there now.
   */
  private Supplier<CompletionStage<SignUps.Work>> work(Call call, Optional<Caller> caller) {
    try {
      Body body = call.body();
      String token = body.verbatim("token", 1, Tokens.LONGEST);
      if (caller.isPresent()) {
        body.done();
        return () -> asUser(token, caller.get());
      }
      var wanted = AccountFields.read(body);
      body.done();
      String client = SignIn.Client.at(call.clientAddress().network()).key();
      return () -> asNewcomer(token, wanted, client);
    } catch (Problem problem) {
      return () -> CompletableFuture.failedStage(problem);
    }
  }

  private CompletionStage<SignUps.Work> asUser(String token, Caller caller) {
    return CompletableFuture.completedStage(tx -> join(tx, accounts.get(tx, caller.user()), token));
  }

  private CompletionStage<SignUps.Work> asNewcomer(
      String token, AccountFields.Wanted wanted, String client) {
    return database
        .read(
            tx -> {
              invitations.requireUsable(tx, token);
              return wanted;
            })
        .thenCompose(allowed -> passwords.hashNew(client, allowed))
        .thenApply(hash -> new NewAccount(wanted.email(), wanted.displayName(), hash))
        .thenApply(account -> tx -> join(tx, accounts.create(tx, account, false), token));
  }

  private Account join(Transaction tx, Account account, String token) {
    invitations.accept(tx, account.id(), token);
    return account;
  }
}
