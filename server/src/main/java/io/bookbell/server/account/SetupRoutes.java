package io.bookbell.server.account;

import io.bookbell.server.account.Accounts.NewAccount;
import io.bookbell.server.creator.Creators;
import io.bookbell.server.storage.Database;
import io.bookbell.server.storage.Transaction;
import io.bookbell.server.web.Answer;
import io.bookbell.server.web.Api;
import io.bookbell.server.web.Body;
import io.bookbell.server.web.Call;
import io.bookbell.server.web.Unsigned;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** {@code /api/setup}: where the link of the first start leads. */
public final class SetupRoutes {
  private static final int LONGEST_NAME = 100;

  private final Database database;
  private final Accounts accounts;
  private final Creators creators;
  private final Passwords passwords;
  private final SignUps signUps;

  public SetupRoutes(
      Database database,
      Accounts accounts,
      Creators creators,
      Passwords passwords,
      SignUps signUps) {
    this.database = database;
    this.accounts = accounts;
    this.creators = creators;
    this.passwords = passwords;
    this.signUps = signUps;
  }

  public void add(Api api) {
    api.openPost("/api/setup", (call, _) -> setUp(call));
  }

  private record Setup(String token, String creatorName, AccountFields.Wanted account) {}

  private static Setup setup(Call call) {
    Body body = call.body();
    var setup =
        new Setup(
            body.verbatim("token", 1, Tokens.LONGEST),
            body.line("creator_name", 1, LONGEST_NAME),
            AccountFields.read(body));
    body.done();
    return setup;
  }

  private CompletionStage<Answer> setUp(Call call) {
    Setup setup = setup(call);
    String client = SignIn.Client.at(call.clientAddress().network()).key();
    return signUps
        .once(Unsigned.of(call, Optional.empty()), () -> prepared(setup, client))
        .thenApply(opened -> SessionAnswer.of(opened, call.setter()));
  }

  private CompletionStage<SignUps.Work> prepared(Setup setup, String client) {
    return database
        .read(
            tx -> {
              accounts.requireSetup(tx, setup.token);
              return setup.account;
            })
        .thenCompose(wanted -> passwords.hashNew(client, wanted))
        .thenApply(hash -> tx -> create(tx, setup, hash));
  }

  private Account create(Transaction tx, Setup setup, String hash) {
    accounts.takeSetup(tx, setup.token);
    var wanted = new NewAccount(setup.account.email(), setup.account.displayName(), hash);
    Account account = accounts.create(tx, wanted, true);
    creators.create(tx, account.id(), setup.creatorName);
    return account;
  }
}
