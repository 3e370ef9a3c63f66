package io.bookbell.server.account;

import io.bookbell.hub.UserId;
import io.bookbell.server.account.AccountRequestParser.AccountRequest;
import io.bookbell.server.account.PasswordConfirmation.CheckedAccount;
import io.bookbell.server.account.PasswordConfirmation.TypedPassword;
import io.bookbell.server.account.PasswordHasher.PasswordVerdict;
import io.bookbell.server.http.Caller;
import io.bookbell.server.http.Problem;
import io.bookbell.server.storage.Database;
import io.bookbell.server.storage.Transaction;
import io.bookbell.server.text.EmailAddress;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;

/** Changes of the own account: name, e-mail address and password. Thread-safe. */
public final class OwnAccountService {
  private final Database database;
  private final AccountStore accountStore;
  private final SessionStore sessionStore;
  private final SessionEnding sessionEnding;
  private final PasswordHasher passwordHasher;
  private final PasswordConfirmation passwordConfirmation;
  private final BiConsumer<Transaction, UserId> renamed;
  private final Optional<AccountMailer> mailer;

  /**
   * Creates the service.
   *
   * @param renamed called in the transaction that has changed a user's name
   * @param mailer empty if no mail is set up
   */
  public OwnAccountService(
      Database database,
      AccountStore accountStore,
      SessionStore sessionStore,
      SessionEnding sessionEnding,
      PasswordHasher passwordHasher,
      PasswordConfirmation passwordConfirmation,
      BiConsumer<Transaction, UserId> renamed,
      Optional<AccountMailer> mailer) {
    this.database = database;
    this.accountStore = accountStore;
    this.sessionStore = sessionStore;
    this.sessionEnding = sessionEnding;
    this.passwordHasher = passwordHasher;
    this.passwordConfirmation = passwordConfirmation;
    this.renamed = renamed;
    this.mailer = mailer;
  }

  /**
   * The fields to change.
   *
   * @param language of the mail to a new address
   */
  public record AccountChange(
      Optional<String> displayName, Optional<String> email, Optional<String> language) {}

  /**
   * Changes name and e-mail address. Where mail is set up, a new address takes effect when the link
   * in the mail to it is opened, else at once.
   *
   * @throws Problem 400 if no mail can be sent to the new address, 401 if the session has ended
   *     since the request was authenticated, 409 when another account has the address
   */
  public void changeAccount(Transaction tx, Caller caller, AccountChange accountChange) {
    UserId user = caller.user();
    String formerName = sessionStore.lockCaller(tx, caller).displayName();
    accountChange
        .displayName()
        .filter(name -> !name.equals(formerName))
        .ifPresent(
            name -> {
              accountStore.updateName(tx, user, name);
              renamed.accept(tx, user);
            });
    accountChange
        .email()
        .ifPresent(email -> changeEmail(tx, user, email, accountChange.language()));
  }

  private void changeEmail(Transaction tx, UserId user, String email, Optional<String> language) {
    if (mailer.isEmpty()) {
      accountStore.updateEmail(tx, user, email);
    } else if (!accountStore.get(tx, user).email().equals(email)) {
      EmailAddress.findDeliveryFault(email)
          .ifPresent(
              fault -> {
                throw Problem.validationFailed("email", fault);
              });
      accountStore.requireFree(tx, user, email);
      mailer.get().sendAddressLink(tx, user, email, language.orElse("en"));
    }
  }

  /** The input of a change of password, as typed. */
  record PasswordChange(TypedPassword current, String replacement) {
    @Override
    public String toString() {
      return "PasswordChange[" + current + "]";
    }
  }

  /**
   * Changes the password and ends all other sessions. If the password already is the new one, the
   * client is repeating a call whose response was lost, so only the sessions are ended. Fails with
   * a {@link Problem}: 400 if the new password is unusable, 403 if the current one is wrong.
   */
  CompletableFuture<Boolean> changePassword(Caller caller, PasswordChange passwordChange) {
    return passwordConfirmation
        .checkPassword(caller, passwordChange.current)
        .thenCompose(
            checked ->
                checked.confirmed()
                    ? replacePassword(checked, passwordChange)
                    : confirmRepeated(checked, passwordChange));
  }

  private CompletableFuture<Boolean> replacePassword(
      CheckedAccount checked, PasswordChange passwordChange) {
    if (passwordChange.replacement.equals(passwordChange.current.password())) {
      throw Problem.validationFailed("new", "must differ from the current password");
    }
    Account account = checked.account();
    var wanted =
        new AccountRequest(account.email(), account.displayName(), passwordChange.replacement);
    return passwordHasher
        .hashNewPassword(passwordChange.current.toHashRequest(checked.client()), "new", wanted)
        .thenCompose(
            hash ->
                database.write(
                    tx -> {
                      passwordConfirmation.lockConfirmed(tx, checked);
                      accountStore.updatePassword(tx, account.id(), hash);
                      return endOtherSessions(tx, checked);
                    }));
  }

  private CompletableFuture<Boolean> confirmRepeated(
      CheckedAccount checked, PasswordChange passwordChange) {
    return passwordHasher
        .verifyPassword(
            passwordChange.current.toHashRequest(checked.client()),
            passwordChange.replacement,
            Optional.of(checked.account().passwordHash()))
        .thenApply(PasswordVerdict::isCorrect)
        .thenCompose(
            repeated -> {
              if (!repeated) {
                throw checked.wrongPassword();
              }
              return passwordConfirmation.recordSuccess(checked);
            })
        .thenCompose(
            confirmed ->
                database.write(
                    tx -> {
                      passwordConfirmation.lockConfirmed(tx, confirmed);
                      return endOtherSessions(tx, confirmed);
                    }));
  }

  private boolean endOtherSessions(Transaction tx, CheckedAccount checked) {
    sessionEnding.endAllExcept(tx, checked.account().id(), checked.caller().session());
    return true;
  }
}
