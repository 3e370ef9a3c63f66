package io.bookbell.server.account;

import static io.bookbell.server.storage.schema.Tables.APP_USER;
import static io.bookbell.server.storage.schema.Tables.INSTALLATION;

import io.bookbell.hub.UserId;
import io.bookbell.server.inbox.InboxStore;
import io.bookbell.server.storage.Transaction;
import io.bookbell.server.text.EmailAddress;
import io.bookbell.server.text.SearchWords;
import io.bookbell.server.web.Problem;
import java.util.Optional;
import org.jooq.Condition;

/** The accounts, and the link by which the first one is made. Thread-safe: it keeps nothing. */
public final class AccountStore {
  private static final int OLDER_AT_ONCE = 100;

  /**
   * What an account is made of.
   *
   * @param email in the form of {@link EmailAddress}
   */
  public record NewAccount(String email, String displayName, String passwordHash) {}

  /**
   * Makes an account with an empty inbox.
   *
   * @param operator whether it may see how the installation does
   * @throws Problem 409 when the address has an account
   */
  public Account create(Transaction tx, NewAccount wanted, boolean operator) {
    UserId id =
        tx.executeReturningOne(
                tx.sql()
                    .insertInto(APP_USER)
                    .set(APP_USER.EMAIL, wanted.email())
                    .set(APP_USER.DISPLAY_NAME, wanted.displayName())
                    .set(APP_USER.NAME_KEY, SearchWords.searchKey(wanted.displayName()))
                    .set(APP_USER.PASSWORD_HASH, wanted.passwordHash())
                    .set(APP_USER.OPERATOR, operator)
                    .set(APP_USER.CREATED_AT, tx.now())
                    .onConflictDoNothing(),
                APP_USER.ID)
            .orElseThrow(AccountStore::emailTakenProblem);
    InboxStore.createInbox(tx, id);
    return new Account(id, wanted.email(), wanted.displayName(), wanted.passwordHash());
  }

  private static Problem emailTakenProblem() {
    return Problem.conflict("email_taken", "This e-mail address has an account. Sign in instead.");
  }

  public Optional<Account> findByEmail(Transaction tx, String email) {
    return findWhere(tx, APP_USER.EMAIL.eq(email));
  }

  /** Stores another hash of the same password, unless the password was changed meanwhile. */
  void updatePasswordHash(Transaction tx, Account before, String hash) {
    tx.sql()
        .update(APP_USER)
        .set(APP_USER.PASSWORD_HASH, hash)
        .where(APP_USER.ID.eq(before.id()))
        .and(APP_USER.PASSWORD_HASH.eq(before.passwordHash()))
        .execute();
  }

  public Account get(Transaction tx, UserId id) {
    return findWhere(tx, APP_USER.ID.eq(id)).orElseThrow();
  }

  private static Optional<Account> findWhere(Transaction tx, Condition which) {
    return tx.sql()
        .select(APP_USER.ID, APP_USER.EMAIL, APP_USER.DISPLAY_NAME, APP_USER.PASSWORD_HASH)
        .from(APP_USER)
        .where(which)
        .fetchOptional(row -> new Account(row.value1(), row.value2(), row.value3(), row.value4()));
  }

  /**
   * Brings some accounts from before this schema up to date: the words of their names, and their
   * addresses where nobody has the newer form. Others keep theirs, and {@code verify} tells.
   *
   * @return whether there may be more
   */
  public boolean migrateOlderAccounts(Transaction tx) {
    var older =
        tx.sql()
            .select(APP_USER.ID, APP_USER.EMAIL, APP_USER.DISPLAY_NAME)
            .from(APP_USER)
            .where(APP_USER.NAME_KEY.isNull())
            .orderBy(APP_USER.ID)
            .limit(OLDER_AT_ONCE)
            .fetch();
    for (var row : older) {
      String email = row.value2();
      String newer =
          EmailAddress.of(email)
              .filter(address -> findByEmail(tx, address).isEmpty())
              .orElse(email);
      tx.sql()
          .update(APP_USER)
          .set(APP_USER.NAME_KEY, SearchWords.searchKey(row.value3()))
          .set(APP_USER.EMAIL, newer)
          .where(APP_USER.ID.eq(row.value1()))
          .execute();
    }
    return older.size() == OLDER_AT_ONCE;
  }

  /**
   * Where nobody has an account yet: a new token for the link that makes the first. Tokens given
   * out before are void.
   */
  public Optional<String> createSetupToken(Transaction tx) {
    if (tx.sql().fetchExists(APP_USER)) {
      return Optional.empty();
    }
    String token = SecretTokens.createToken();
    tx.sql()
        .update(INSTALLATION)
        .set(INSTALLATION.SETUP_TOKEN_HASH, SecretTokens.hashToken(token))
        .execute();
    return Optional.of(token);
  }

  /**
   * Looks whether a setup token is good.
   *
   * @throws Problem 404 when it is not the one that was printed last, or has been used
   */
  void requireSetupToken(Transaction tx, String token) {
    if (!tx.sql().fetchExists(INSTALLATION, matchesSetupToken(token))) {
      throw invalidSetupLink();
    }
  }

  /**
   * Takes the setup token, which is good once.
   *
   * @throws Problem as {@link #requireSetupToken}
   */
  void consumeSetupToken(Transaction tx, String token) {
    int taken =
        tx.sql()
            .update(INSTALLATION)
            .setNull(INSTALLATION.SETUP_TOKEN_HASH)
            .where(matchesSetupToken(token))
            .execute();
    if (taken != 1 || tx.sql().fetchExists(APP_USER)) {
      throw invalidSetupLink();
    }
  }

  private static Condition matchesSetupToken(String token) {
    return INSTALLATION.SETUP_TOKEN_HASH.eq(SecretTokens.hashToken(token));
  }

  private static Problem invalidSetupLink() {
    return Problem.notFound(
        "This setup link is not valid, or not any more. While nobody has an account, the server"
            + " prints a new one at each start.");
  }
}
