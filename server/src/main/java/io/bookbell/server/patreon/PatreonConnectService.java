package io.bookbell.server.patreon;

import io.bookbell.hub.UserId;
import io.bookbell.server.account.Account;
import io.bookbell.server.account.AccountRequestParser.AccountRequest;
import io.bookbell.server.account.AccountStore;
import io.bookbell.server.account.AccountStore.NewAccount;
import io.bookbell.server.account.SignUpService.SignUpWork;
import io.bookbell.server.http.Caller;
import io.bookbell.server.http.Problem;
import io.bookbell.server.membership.SourceException;
import io.bookbell.server.membership.SourceService;
import io.bookbell.server.membership.SourceWorker;
import io.bookbell.server.patreon.PatreonAuthorizations.Begun;
import io.bookbell.server.patreon.PatreonDocuments.Campaign;
import io.bookbell.server.patreon.PatreonDocuments.Identity;
import io.bookbell.server.patreon.PatreonHttp.UnauthorizedException;
import io.bookbell.server.storage.Database;
import io.bookbell.server.storage.Transaction;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Connects accounts at Patreon by OAuth: a creator's, whose members are read from then on, or that
 * of a supporter, who joins the creators they support there. Thread-safe.
 */
public final class PatreonConnectService {
  private static final Logger log = LoggerFactory.getLogger(PatreonConnectService.class);

  private final Database database;
  private final SourceService sourceService;
  private final SourceWorker sourceWorker;
  private final AccountStore accountStore;
  private final PatreonApi api;
  private final PatreonSource patreonSource;
  private final PatreonAuthorizations authorizations;

  public PatreonConnectService(
      Database database,
      SourceService sourceService,
      SourceWorker sourceWorker,
      AccountStore accountStore,
      PatreonApi api,
      PatreonSource patreonSource) {
    this.database = database;
    this.sourceService = sourceService;
    this.sourceWorker = sourceWorker;
    this.accountStore = accountStore;
    this.api = api;
    this.patreonSource = patreonSource;
    this.authorizations = new PatreonAuthorizations(patreonSource.cipher());
  }

  /** What has come of an authorization. */
  sealed interface ConnectResult {
    /** A creator's campaign is connected. */
    record CreatorConnected(UserId creator) implements ConnectResult {}

    /** A supporter's own account is connected, with whom they support through it. */
    record SupporterConnected(Set<UserId> creators) implements ConnectResult {}

    /**
     * Somebody comes with the account they had connected, and may be signed in.
     *
     * @param account the id of the account at Patreon
     */
    record KnownUser(UserId user, String account) implements ConnectResult {}

    /** Somebody without an account here supports a creator, and may join with the token. */
    record Newcomer(String token, String name, @Nullable String email) implements ConnectResult {}

    /** The fields of the response. */
    default Map<String, @Nullable Object> toFields() {
      var fields = new LinkedHashMap<String, @Nullable Object>();
      switch (this) {
        case CreatorConnected(UserId creator) -> {
          fields.put("purpose", "creator");
          fields.put("creator_id", creator);
        }
        case SupporterConnected(Set<UserId> creators) -> {
          fields.put("purpose", "supporter");
          fields.put("creator_ids", creators);
        }
        case KnownUser _ -> fields.put("purpose", "sign_in");
        case Newcomer(String token, String name, String email) -> {
          fields.put("purpose", "join");
          fields.put("token", token);
          fields.put("display_name", name);
          fields.put("email", email);
        }
      }
      return fields;
    }
  }

  /** Begins an authorization and returns the address at which it continues. */
  CompletionStage<String> begin(
      Optional<UserId> user, Optional<UserId> creator, String returnAddress) {
    return database.write(
        tx -> {
          creator.ifPresent(of -> sourceService.requireCreator(tx, user.orElseThrow(), of));
          return api.authorizationUrl(
              creator.isPresent() ? PatreonApi.CREATOR_SCOPES : PatreonApi.SUPPORTER_SCOPES,
              authorizations.begin(tx, user, creator),
              returnAddress);
        });
  }

  /**
   * Finishes an authorization with the code with which somebody came back.
   *
   * @param sessionLock locks the caller's session at the end of the transaction, or fails if it has
   *     ended
   */
  CompletableFuture<ConnectResult> finish(
      Optional<Caller> caller,
      Consumer<Transaction> sessionLock,
      String code,
      String state,
      String returnAddress,
      String publicUrl) {
    return sourceWorker.runBlocking(
        () -> {
          Begun begun =
              database.write(tx -> authorizations.take(tx, state, caller.map(Caller::user))).join();
          PatreonTokens tokens = call(() -> api.exchangeCode(code, returnAddress));
          UserId creator = begun.creator();
          return creator == null
              ? finishSupporter(
                  caller, sessionLock, call(() -> api.readIdentity(tokens.accessToken())))
              : finishCreator(creator, sessionLock, tokens, publicUrl);
        });
  }

  private static <T> T call(Supplier<T> call) {
    try {
      return call.get();
    } catch (UnauthorizedException e) {
      throw Problem.of(
          502, "patreon_refused", "Not accepted", "Patreon doesn't accept the code. Start again.");
    } catch (SourceException e) {
      throw Problem.of(502, "patreon_unavailable", "Not readable", e.detail());
    }
  }

  private ConnectResult finishCreator(
      UserId creator, Consumer<Transaction> sessionLock, PatreonTokens fresh, String publicUrl) {
    Campaign campaign =
        call(() -> api.findCampaign(fresh.accessToken()))
            .orElseThrow(
                () -> Problem.conflict("no_campaign", "This account has no campaign at Patreon."));
    PatreonTokens tokens = addWebhook(creator, campaign, fresh, publicUrl);
    database
        .write(
            tx -> {
              sourceService.connect(
                  tx,
                  creator,
                  creator,
                  PatreonSource.NAME,
                  campaign.id(),
                  campaign.name(),
                  tx.now());
              patreonSource.storeTokens(tx, creator, tokens);
              sessionLock.accept(tx);
              tx.afterCommit(sourceWorker::runSoon);
              return true;
            })
        .join();
    return new ConnectResult.CreatorConnected(creator);
  }

  /** Without events, for example because Patreon can't reach this server, syncs have to do. */
  private PatreonTokens addWebhook(
      UserId creator, Campaign campaign, PatreonTokens tokens, String publicUrl) {
    try {
      return api.ensureWebhook(
          campaign.id(), PatreonRoutes.webhookAddress(publicUrl, creator), tokens);
    } catch (SourceException | UnauthorizedException e) {
      log.info("Patreon sends no events for creator {}: {}", creator, e.getMessage());
      return tokens;
    }
  }

  private ConnectResult finishSupporter(
      Optional<Caller> caller, Consumer<Transaction> sessionLock, Identity all) {
    caller.ifPresent(Caller::requireOwnSession); // it becomes a way to sign in
    return database
        .write(
            tx -> {
              Set<String> here =
                  sourceService.findConnected(tx, PatreonSource.NAME, all.memberships().keySet());
              Identity identity = all.withCampaigns(here);
              if (caller.isEmpty()) {
                return admitNewcomer(tx, identity);
              }
              var connected =
                  new ConnectResult.SupporterConnected(link(tx, caller.get().user(), identity));
              sessionLock.accept(tx);
              return connected;
            })
        .join();
  }

  private Set<UserId> link(Transaction tx, UserId user, Identity identity) {
    return sourceService.linkAccount(
        tx, user, PatreonSource.NAME, identity.userId(), identity.memberships());
  }

  private ConnectResult admitNewcomer(Transaction tx, Identity identity) {
    Optional<UserId> known = sourceService.findLinked(tx, PatreonSource.NAME, identity.userId());
    if (known.isPresent()) {
      return new ConnectResult.KnownUser(known.get(), identity.userId());
    }
    if (sourceService.findSupported(tx, PatreonSource.NAME, identity.memberships()).isEmpty()) {
      throw Problem.notFound("This Patreon account supports no creator here.");
    }
    return new ConnectResult.Newcomer(
        authorizations.keepIdentity(tx, identity), identity.name(), identity.email().orElse(null));
  }

  /**
   * Opens a session for somebody who has connected their account at Patreon.
   *
   * @return work that fails with 404 if it was disconnected meanwhile, also by removing the account
   */
  CompletionStage<SignUpWork> prepareSignIn(ConnectResult.KnownUser known) {
    return CompletableFuture.completedStage(
        tx -> {
          Account account = accountStore.lockAccount(tx, known.user());
          if (!sourceService
              .findLinked(tx, PatreonSource.NAME, known.account())
              .equals(Optional.of(known.user()))) {
            throw Problem.notFound();
          }
          return account;
        });
  }

  /** Creates an account for somebody who supports a creator at Patreon, and lets them join. */
  SignUpWork prepareJoin(String token, AccountRequest account, String passwordHash) {
    return tx -> {
      Identity identity = authorizations.takeIdentity(tx, token);
      Account created =
          accountStore.create(
              tx, new NewAccount(account.email(), account.displayName(), passwordHash), false);
      var _ = link(tx, created.id(), identity);
      return created;
    };
  }
}
