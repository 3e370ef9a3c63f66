package io.bookbell.server.operator;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.mapping;
import static java.util.stream.Collectors.toList;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.bookbell.hub.UserId;
import io.bookbell.server.account.AccountDirectory;
import io.bookbell.server.account.AccountDirectory.DirectoryEntry;
import io.bookbell.server.account.AccountDirectory.DirectorySession;
import io.bookbell.server.account.PasswordSignInSetting;
import io.bookbell.server.account.SignInMethods;
import io.bookbell.server.creator.CreatorStore;
import io.bookbell.server.http.ListPage;
import io.bookbell.server.http.PageRequest;
import io.bookbell.server.http.Problem;
import io.bookbell.server.oidc.IdentityStore;
import io.bookbell.server.passkey.PasskeyStore;
import io.bookbell.server.storage.Transaction;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;

/**
 * What the operator's page shows, and the settings that it changes. Works in the caller's
 * transaction; thread-safe and stateless.
 */
public final class OperatorService {
  private final AccountDirectory accountDirectory;
  private final CreatorStore creatorStore;
  private final IdentityStore identityStore;
  private final PasskeyStore passkeyStore;
  private final SignInMethods signInWays;
  private final PasswordSignInSetting passwordSignInSetting;
  private final BiPredicate<Transaction, UserId> patreonLinks;
  private final ConnectionSources connectionSources;
  private final BiConsumer<Transaction, UserId> accessChanged;
  private final BiConsumer<Transaction, UserId> creatorCloser;
  private final boolean hasProviders;

  /**
   * Creates the service.
   *
   * @param accessChanged tells a user's open pages that they may see more than before
   * @param creatorCloser makes a creator's account an ordinary one again
   * @param hasProviders whether people can sign in through an OpenID Connect provider
   */
  public OperatorService(
      AccountSources accountSources,
      ConnectionSources connectionSources,
      BiConsumer<Transaction, UserId> accessChanged,
      BiConsumer<Transaction, UserId> creatorCloser,
      boolean hasProviders) {
    this.accountDirectory = accountSources.accounts;
    this.creatorStore = accountSources.creators;
    this.identityStore = accountSources.identities;
    this.passkeyStore = accountSources.passkeys;
    this.signInWays = accountSources.signInWays;
    this.passwordSignInSetting = accountSources.passwordSignInSetting;
    this.patreonLinks = accountSources.patreonLinks;
    this.connectionSources = connectionSources;
    this.accessChanged = accessChanged;
    this.creatorCloser = creatorCloser;
    this.hasProviders = hasProviders;
  }

  /**
   * The owners of what belongs to an account.
   *
   * @param patreonLinks whether a user can sign in with an account at Patreon
   */
  public record AccountSources(
      AccountDirectory accounts,
      CreatorStore creators,
      IdentityStore identities,
      PasskeyStore passkeys,
      SignInMethods signInWays,
      PasswordSignInSetting passwordSignInSetting,
      BiPredicate<Transaction, UserId> patreonLinks) {}

  /** Who is connected to which number. */
  public interface ConnectionSources {
    /** Counts the open connections of each user, on all nodes; of {@code most} users at most. */
    Map<UserId, Integer> countConnections(Transaction tx, int most);

    /** Returns the highest number that each of these users' devices has acknowledged, by token. */
    Map<String, Long> findAcknowledged(Transaction tx, Collection<UserId> users);

    /** Returns the highest number of these users' inboxes. */
    Map<UserId, Long> findHeads(Transaction tx, Collection<UserId> users);
  }

  /** An account in the list. */
  public record ListedAccount(@JsonUnwrapped DirectoryEntry entry, boolean creator) {}

  /** An account with its ways to sign in and its sessions. */
  public record AccountDetail(
      @JsonUnwrapped DirectoryEntry entry,
      boolean creator,
      int passkeys,
      int identities,
      boolean patreon,
      List<ListedSession> sessionList) {}

  /**
   * A session of an account.
   *
   * @param acknowledged the highest number that its device has confirmed; null if none
   */
  public record ListedSession(
      long id,
      @Nullable String client,
      @Nullable String address,
      Instant createdAt,
      Instant lastUsedAt,
      @Nullable Long acknowledged) {}

  /**
   * Somebody who is connected.
   *
   * @param connections on all nodes
   * @param head the highest number of the user's inbox
   */
  public record ConnectedUser(
      UserId userId,
      String email,
      String displayName,
      int connections,
      long head,
      List<ListedSession> sessions) {}

  /** Everybody who is connected, or the first five hundred. */
  public record ConnectionList(List<ConnectedUser> items) {}

  /**
   * How people sign in.
   *
   * @param mayTurnOff whether passwords could be turned off: there is a provider, and the operator
   *     has another way in
   */
  public record SignInSettings(boolean passwords, boolean mayTurnOff) {}

  private static final int MAX_CONNECTED = 500;

  ListPage<ListedAccount> listAccounts(Transaction tx, Optional<String> sought, PageRequest page) {
    return accountDirectory
        .list(tx, sought, page)
        .mapItems(
            entries -> {
              Set<UserId> creators =
                  creatorStore.findCreatorIds(
                      tx, entries.stream().map(DirectoryEntry::id).toList());
              return entries.stream()
                  .map(entry -> new ListedAccount(entry, creators.contains(entry.id())))
                  .toList();
            });
  }

  AccountDetail getAccount(Transaction tx, UserId user) {
    DirectoryEntry entry = accountDirectory.get(tx, user);
    return new AccountDetail(
        entry,
        creatorStore.find(tx, user).isPresent(),
        passkeyStore.list(tx, user).size(),
        identityStore.list(tx, user).size(),
        patreonLinks.test(tx, user),
        findSessions(tx, List.of(user)).getOrDefault(user, List.of()));
  }

  private Map<UserId, List<ListedSession>> findSessions(Transaction tx, Collection<UserId> users) {
    Map<String, Long> acknowledged = connectionSources.findAcknowledged(tx, users);
    return accountDirectory.findSessions(tx, users).stream()
        .sorted((one, other) -> other.lastUsedAt().compareTo(one.lastUsedAt()))
        .collect(
            groupingBy(
                DirectorySession::user,
                mapping(
                    session ->
                        new ListedSession(
                            session.id(),
                            session.client(),
                            session.address(),
                            session.createdAt(),
                            session.lastUsedAt(),
                            acknowledged.get(session.hash())),
                    toList())));
  }

  ConnectionList listConnections(Transaction tx) {
    Map<UserId, Integer> connected = connectionSources.countConnections(tx, MAX_CONNECTED);
    if (connected.isEmpty()) {
      return new ConnectionList(List.of());
    }
    Set<UserId> users = connected.keySet();
    Map<UserId, Long> heads = connectionSources.findHeads(tx, users);
    Map<UserId, List<ListedSession>> sessions = findSessions(tx, users);
    return new ConnectionList(
        accountDirectory.findAll(tx, users).stream()
            .map(
                entry ->
                    new ConnectedUser(
                        entry.id(),
                        entry.email(),
                        entry.displayName(),
                        connected.getOrDefault(entry.id(), 0),
                        heads.getOrDefault(entry.id(), 0L),
                        sessions.getOrDefault(entry.id(), List.of())))
            .toList());
  }

  /**
   * Makes an account a creator.
   *
   * @throws Problem 404 if there is no such account, 409 if it is a creator already
   */
  void makeCreator(Transaction tx, UserId user, String name) {
    accountDirectory.get(tx, user);
    signInWays.lockAccount(tx, user);
    if (creatorStore.find(tx, user).isPresent()) {
      throw Problem.conflict("already_creator", "This account is a creator already.");
    }
    creatorStore.create(tx, user, name);
    accessChanged.accept(tx, user);
  }

  /**
   * Makes a creator's account an ordinary one again, which keeps everything.
   *
   * @throws Problem 404 if there is no such creator, 409 if there are supporters or a team
   */
  void closeCreator(Transaction tx, UserId user) {
    accountDirectory.get(tx, user); // a deleted account stays as it is
    creatorCloser.accept(tx, user);
  }

  SignInSettings signInSettings(Transaction tx, UserId operator) {
    return new SignInSettings(passwordSignInSetting.isOn(tx), mayTurnOff(tx, operator));
  }

  /** Newcomers need a provider, and the operator must not be locked out. */
  private boolean mayTurnOff(Transaction tx, UserId operator) {
    return hasProviders && signInWays.hasOther(tx, operator);
  }

  /**
   * Turns passwords on or off.
   *
   * @throws Problem 409 if there would be no other way in
   */
  void turnPasswords(Transaction tx, UserId operator, boolean on) {
    signInWays.lockAccount(tx, operator); // so that the other way isn't removed meanwhile
    if (!on && !mayTurnOff(tx, operator)) {
      throw Problem.conflict(
          "no_other_way",
          "Set up an OpenID Connect provider, and add a passkey or a provider to your own account"
              + " first.");
    }
    passwordSignInSetting.turn(tx, on);
  }
}
