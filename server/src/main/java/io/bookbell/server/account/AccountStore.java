package io.bookbell.server.account;

import io.bookbell.hub.UserId;
import io.bookbell.server.http.Problem;
import io.bookbell.server.inbox.InboxStore;
import io.bookbell.server.storage.Transaction;
import io.bookbell.server.storage.sql.DataAccessException;
import io.bookbell.server.storage.sql.SqlRow;
import io.bookbell.server.text.EmailAddress;
import io.bookbell.server.text.SearchWords;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/** Stores accounts and the setup token that creates the first one. Thread-safe and stateless. */
public final class AccountStore {
  /** What others see instead of the name of a removed account. */
  public static final String REMOVED_NAME = "Removed account";

  private static final int OLDER_AT_ONCE = 100;
  private static final String UNIQUE_VIOLATION = "23505";

  private static final String BY_EMAIL =
      "SELECT id, email, display_name, password_hash FROM app_user WHERE email = ?";
  private static final String BY_ID =
      "SELECT id, email, display_name, password_hash FROM app_user WHERE id = ?";

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
    return createUnlessTaken(tx, wanted, operator).orElseThrow(AccountStore::emailTakenProblem);
  }

  /** Like {@link #create}, but returns empty when the e-mail address already has an account. */
  public Optional<Account> createUnlessTaken(Transaction tx, NewAccount wanted, boolean operator) {
    Optional<UserId> created =
        tx.query(
                """
                INSERT INTO app_user
                  (email, display_name, name_key, password_hash, operator, created_at)
                VALUES (?, ?, ?, ?, ?, ?)
                ON CONFLICT DO NOTHING
                RETURNING id""",
                wanted.email(),
                wanted.displayName(),
                SearchWords.searchKey(wanted.displayName()),
                wanted.passwordHash(),
                operator,
                tx.now())
            .first(row -> row.getUser("id"));
    return created.map(
        id -> {
          InboxStore.createInbox(tx, id);
          return new Account(id, wanted.email(), wanted.displayName(), wanted.passwordHash());
        });
  }

  private static Problem emailTakenProblem() {
    return Problem.conflict("email_taken", "This e-mail address has an account. Sign in instead.");
  }

  public Optional<Account> findByEmail(Transaction tx, String email) {
    return tx.query(BY_EMAIL, email).first(AccountStore::toAccount);
  }

  /**
   * Locks an account until the end of the transaction and reads it. Whatever opens a session takes
   * this lock, and so does whatever ends all of them, so that none is opened meanwhile.
   */
  public Account lockAccount(Transaction tx, UserId id) {
    return tx.query(BY_ID + " FOR NO KEY UPDATE", id).single(AccountStore::toAccount);
  }

  public boolean isDisabled(Transaction tx, UserId id) {
    return tx.query("SELECT disabled_at FROM app_user WHERE id = ?", id)
        .single(row -> row.findTime("disabled_at") != null);
  }

  /**
   * Refuses an account that the operator has disabled, or that was removed, perhaps while the
   * caller waited for its lock.
   *
   * @throws Problem 403 if it is disabled, 401 if it was removed
   */
  public void requireUsable(Transaction tx, UserId id) {
    AccountState state =
        tx.query("SELECT disabled_at, removed_at FROM app_user WHERE id = ?", id)
            .single(
                row ->
                    new AccountState(
                        row.findTime("disabled_at") != null, row.findTime("removed_at") != null));
    if (state.removed) {
      throw Problem.unauthorized("This account has been deleted.");
    }
    if (state.disabled) {
      throw Problem.of(
          403,
          "account_disabled",
          "Not allowed",
          "This account is disabled. Ask whoever runs this Bookbell.");
    }
  }

  private record AccountState(boolean disabled, boolean removed) {}

  void updatePassword(Transaction tx, UserId id, String hash) {
    tx.update("UPDATE app_user SET password_hash = ? WHERE id = ?", hash, id);
  }

  void updateName(Transaction tx, UserId id, String displayName) {
    tx.update(
        "UPDATE app_user SET display_name = ?, name_key = ? WHERE id = ?",
        displayName,
        SearchWords.searchKey(displayName),
        id);
  }

  /**
   * Requires that no other account has an address.
   *
   * @throws Problem 409 when one has
   */
  void requireFree(Transaction tx, UserId id, String email) {
    if (findByEmail(tx, email).filter(other -> !other.id().equals(id)).isPresent()) {
      throw emailTakenProblem();
    }
  }

  /**
   * Changes the e-mail address.
   *
   * @throws Problem 409 when another account has it
   */
  void updateEmail(Transaction tx, UserId id, String email) {
    requireFree(tx, id, email);
    try {
      tx.update("UPDATE app_user SET email = ? WHERE id = ?", email, id);
    } catch (DataAccessException e) {
      // On PostgreSQL, another transaction may have taken the address since the query.
      throw UNIQUE_VIOLATION.equals(e.sqlState()) ? emailTakenProblem() : e;
    }
  }

  /**
   * Makes a locked account an ordinary one.
   *
   * @return whether it was an operator's
   */
  boolean removeOperator(Transaction tx, UserId id) {
    return tx.update("UPDATE app_user SET operator = FALSE WHERE id = ? AND operator", id) == 1;
  }

  /** Erases what a locked account's row tells about a person. Nobody can sign in to it any more. */
  void erase(Transaction tx, UserId id) {
    tx.update(
        """
        UPDATE app_user
        SET email = ?, display_name = ?, name_key = ?, password_hash = '', operator = FALSE,
          removed_at = ?
        WHERE id = ?""",
        "removed " + id,
        REMOVED_NAME,
        SearchWords.searchKey(REMOVED_NAME),
        tx.now(),
        id);
  }

  /** Returns a user's name; empty if there is no such account. */
  public Optional<String> findName(Transaction tx, UserId id) {
    return tx.query(BY_ID, id).first(AccountStore::toAccount).map(Account::displayName);
  }

  public Account get(Transaction tx, UserId id) {
    return tx.query(BY_ID, id).first(AccountStore::toAccount).orElseThrow();
  }

  private static Account toAccount(SqlRow row) throws SQLException {
    return new Account(
        row.getUser("id"),
        row.getString("email"),
        row.getString("display_name"),
        row.getString("password_hash"));
  }

  /**
   * Migrates a batch of accounts that an older schema stored: fills in the search key of the name,
   * and normalizes the e-mail address unless another account already has the normalized form. In
   * that case the address is kept, and {@code bookbell verify} reports it.
   *
   * @return whether there may be more
   */
  public boolean migrateOlderAccounts(Transaction tx) {
    List<Account> older =
        tx.query(
                """
                SELECT id, email, display_name, password_hash
                FROM app_user
                WHERE name_key IS NULL
                ORDER BY id
                LIMIT ?""",
                OLDER_AT_ONCE)
            .list(AccountStore::toAccount);
    for (Account account : older) {
      String email = account.email();
      String newer =
          EmailAddress.of(email)
              .filter(address -> findByEmail(tx, address).isEmpty())
              .orElse(email);
      tx.update(
          "UPDATE app_user SET name_key = ?, email = ? WHERE id = ?",
          SearchWords.searchKey(account.displayName()),
          newer,
          account.id());
    }
    return older.size() == OLDER_AT_ONCE;
  }

  /**
   * Creates a token for the link that creates the first account, and invalidates earlier tokens.
   * Returns empty if an account exists.
   */
  public Optional<String> createSetupToken(Transaction tx) {
    if (hasAccounts(tx)) {
      return Optional.empty();
    }
    String token = SecretTokens.createToken();
    tx.update("UPDATE installation SET setup_token_hash = ?", SecretTokens.hashToken(token));
    return Optional.of(token);
  }

  public static boolean hasAccounts(Transaction tx) {
    return tx.query("SELECT 1 FROM app_user LIMIT 1").exists();
  }

  /**
   * Checks a setup token without consuming it.
   *
   * @throws Problem 404 unless it is the token printed last and hasn't been used
   */
  void requireSetupToken(Transaction tx, String token) {
    if (!tx.query(
            "SELECT 1 FROM installation WHERE setup_token_hash = ? LIMIT 1",
            SecretTokens.hashToken(token))
        .exists()) {
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
        tx.update(
            "UPDATE installation SET setup_token_hash = NULL WHERE setup_token_hash = ?",
            SecretTokens.hashToken(token));
    if (taken != 1 || hasAccounts(tx)) {
      throw invalidSetupLink();
    }
  }

  private static Problem invalidSetupLink() {
    return Problem.notFound(
        "This setup link is not valid, or not any more. While nobody has an account, the server"
            + " prints a new one at each start.");
  }
}
