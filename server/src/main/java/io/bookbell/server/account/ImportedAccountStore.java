package io.bookbell.server.account;

import static java.util.stream.Collectors.toMap;

import io.bookbell.hub.UserId;
import io.bookbell.server.inbox.InboxStore;
import io.bookbell.server.storage.Transaction;
import io.bookbell.server.storage.sql.ValueReader;
import io.bookbell.server.text.SearchWords;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Stores the accounts of the replaced system under their ids. Thread-safe and stateless. */
public final class ImportedAccountStore {
  /** The password hash of an account that has no password; no password matches it. */
  public static final String NO_PASSWORD = "";

  private static final String INSERT =
      """
      INSERT INTO app_user (id, email, display_name, name_key, password_hash, created_at)
      VALUES (?, ?, ?, ?, ?, ?)\
      """;

  /** Returns the accounts that exist, by id. */
  public Map<UserId, Account> findAll(Transaction tx, Collection<UserId> ids) {
    return tx
        .query("SELECT id, email, display_name, password_hash FROM app_user WHERE id IN (?)", ids)
        .list(
            row ->
                new Account(
                    row.getUser("id"),
                    row.getString("email"),
                    row.getString("display_name"),
                    row.getString("password_hash")))
        .stream()
        .collect(toMap(Account::id, account -> account));
  }

  /** Returns which of the accounts have been removed. */
  public Set<UserId> findRemoved(Transaction tx, Collection<UserId> ids) {
    return tx.query("SELECT id FROM app_user WHERE removed_at IS NOT NULL AND id IN (?)", ids)
        .set(row -> row.getUser("id"));
  }

  /** Returns whose e-mail addresses these are. */
  public Map<String, UserId> findOwners(Transaction tx, Collection<String> emails) {
    return tx.query("SELECT id, email FROM app_user WHERE email IN (?)", emails)
        .map(row -> row.getString("email"), row -> row.getUser("id"));
  }

  /** Creates accounts with empty inboxes. Their ids and addresses must be free. */
  public void insertAll(Transaction tx, List<Account> accounts) {
    tx.writeAll(
        INSERT,
        accounts,
        account ->
            ValueReader.values(
                account.id(),
                account.email(),
                account.displayName(),
                SearchWords.searchKey(account.displayName()),
                account.passwordHash(),
                tx.now()));
    InboxStore.createInboxes(tx, accounts.stream().map(Account::id).toList());
  }

  public void update(Transaction tx, Account account) {
    tx.enqueue(
        """
        UPDATE app_user SET email = ?, display_name = ?, name_key = ?, password_hash = ?
        WHERE id = ?\
        """,
        account.email(),
        account.displayName(),
        SearchWords.searchKey(account.displayName()),
        account.passwordHash(),
        account.id());
  }

  /** Whether sign-in can check passwords against this hash. */
  public static boolean isUsableHash(String hash) {
    return StoredHash.isSupported(hash);
  }
}
