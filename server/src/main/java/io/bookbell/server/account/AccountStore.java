package io.bookbell.server.account;

import static io.bookbell.server.storage.schema.Tables.APP_USER;
import static io.bookbell.server.storage.schema.Tables.INSTALLATION;

import io.bookbell.hub.UserId;
import io.bookbell.server.http.Problem;
import io.bookbell.server.inbox.InboxStore;
import io.bookbell.server.storage.Transaction;
import io.bookbell.server.text.EmailAddress;
import io.bookbell.server.text.SearchWords;
import java.util.Optional;
import org.jooq.Condition;

/** Stores accounts and the setup token that creates the first one. Thread-safe and stateless. */
public final class AccountStore {
  private static final int OLDER_AT_ONCE = 100;

  /**
   * The columns of a new account.
   *
   * @param email in the form of {@link EmailAddress}
   */
  public record NewAccount(String email, String displayName, String passwordHash) {}

  /**
   * Creates an account with an empty inbox.
   *
   * @param operator whether the account may see the installation's status
   * @throws Problem 409 when the e-mail address already has an account
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

  /**
   * Replaces the hash of the same password, unless the password has been changed since {@code
   * before} was read (compare-and-set).
   */
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
   * Migrates a batch of accounts that an older schema stored: fills in the search key of the name,
   * and normalizes the e-mail address unless another account already has the normalized form. In
   * that case the address is kept, and {@code bookbell verify} reports it.
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
   * Creates a token for the link that creates the first account, and invalidates earlier tokens.
   * Returns empty if an account exists.
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
   * Checks a setup token without consuming it.
   *
   * @throws Problem 404 unless it is the token printed last and hasn't been used
   */
  void requireSetupToken(Transaction tx, String token) {
    if (!tx.sql().fetchExists(INSTALLATION, matchesSetupToken(token))) {
      throw invalidSetupLink();
    }
  }

  /**
   * Consumes the setup token, which is valid once.
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
