package io.bookbell.server.invitation;

import io.bookbell.server.account.Account;
import io.bookbell.server.account.AccountFields;
import io.bookbell.server.account.Accounts;
import io.bookbell.server.account.Accounts.NewAccount;
import io.bookbell.server.account.Passwords;
import io.bookbell.server.account.SessionAnswer;
import io.bookbell.server.account.SignIn;
import io.bookbell.server.account.SignIn.Opened;
import io.bookbell.server.account.Tokens;
import io.bookbell.server.storage.Database;
import io.bookbell.server.storage.Transaction;
import io.bookbell.server.web.Answer;
import io.bookbell.server.web.Api;
import io.bookbell.server.web.Body;
import io.bookbell.server.web.Call;
import io.bookbell.server.web.Caller;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** {@code /api/auth/accept}: where an invitation link leads. */
public final class JoinRoutes {
  private final Database database;
  private final Accounts accounts;
  private final Passwords passwords;
  private final SignIn signIn;
  private final Invitations invitations;

  public JoinRoutes(
      Database database,
      Accounts accounts,
      Passwords passwords,
      SignIn signIn,
      Invitations invitations) {
    this.database = database;
    this.accounts = accounts;
    this.passwords = passwords;
    this.signIn = signIn;
    this.invitations = invitations;
  }

  public void add(Api api) {
    api.openPost("/api/auth/accept", this::accept);
  }

  private CompletionStage<Answer> accept(Call call, Optional<Caller> caller) {
    Body body = call.body();
    String token = body.verbatim("token", 1, Tokens.LONGEST);
    CompletionStage<Opened> joined;
    if (caller.isPresent()) {
      body.done();
      joined = asUser(token, caller.get());
    } else {
      var wanted = AccountFields.read(body);
      body.done();
      joined = asNewcomer(token, wanted);
    }
    return joined.thenApply(opened -> SessionAnswer.of(opened, call.secure()));
  }

  private CompletionStage<Opened> asUser(String token, Caller caller) {
    return database.write(tx -> join(tx, accounts.get(tx, caller.user()), token));
  }

  private CompletionStage<Opened> asNewcomer(String token, AccountFields.Wanted wanted) {
    return database
        .read(
            tx -> {
              invitations.requireUsable(tx, token);
              return wanted.password();
            })
        .thenCompose(passwords::hash)
        .thenApply(hash -> new NewAccount(wanted.email(), wanted.displayName(), hash))
        .thenCompose(
            account -> database.write(tx -> join(tx, accounts.create(tx, account, false), token)));
  }

  private Opened join(Transaction tx, Account account, String token) {
    invitations.accept(tx, account.id(), token);
    return signIn.open(tx, account);
  }
}
