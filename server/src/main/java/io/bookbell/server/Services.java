package io.bookbell.server;

import io.bookbell.hub.Delivery;
import io.bookbell.hub.Message;
import io.bookbell.hub.UserId;
import io.bookbell.server.account.AccountControl;
import io.bookbell.server.account.AccountStore;
import io.bookbell.server.account.AddressChangeStore;
import io.bookbell.server.account.HandoverStore;
import io.bookbell.server.account.NameErasure;
import io.bookbell.server.account.PasswordSignInSetting;
import io.bookbell.server.account.ResetLinkStore;
import io.bookbell.server.account.SessionEnding;
import io.bookbell.server.account.SessionStore;
import io.bookbell.server.account.SignInLimiter;
import io.bookbell.server.account.SignInMethods;
import io.bookbell.server.account.TicketStore;
import io.bookbell.server.activity.ActivityDetails.MemberDetails;
import io.bookbell.server.activity.ActivityLog;
import io.bookbell.server.activity.ActivityTexts;
import io.bookbell.server.canned.CannedResponseService;
import io.bookbell.server.config.OidcConfig;
import io.bookbell.server.creator.CreatorStore;
import io.bookbell.server.creator.ProfilePictureService;
import io.bookbell.server.creator.ProfileService;
import io.bookbell.server.creator.TeamListUpdates;
import io.bookbell.server.demo.DemoData;
import io.bookbell.server.follow.FollowService;
import io.bookbell.server.http.BasePath;
import io.bookbell.server.http.Problem;
import io.bookbell.server.inbox.InboxStore;
import io.bookbell.server.inbox.MessageTexts;
import io.bookbell.server.inbox.OutgoingMessages;
import io.bookbell.server.invitation.InvitationEnding;
import io.bookbell.server.invitation.InvitationService;
import io.bookbell.server.key.KeyStore;
import io.bookbell.server.membership.MemberReconciler;
import io.bookbell.server.membership.MembershipEnding;
import io.bookbell.server.membership.SourceService;
import io.bookbell.server.membership.SupporterListImport;
import io.bookbell.server.news.NewsPreferenceStore;
import io.bookbell.server.notification.NotificationService;
import io.bookbell.server.notification.NotificationTexts;
import io.bookbell.server.oidc.IdentityStore;
import io.bookbell.server.outbox.NewsTargetStore;
import io.bookbell.server.outbox.OutboxQueue;
import io.bookbell.server.outbox.OutboxStore;
import io.bookbell.server.passkey.PasskeyStore;
import io.bookbell.server.publish.PublishService;
import io.bookbell.server.quota.PeriodRollover;
import io.bookbell.server.quota.QuotaService;
import io.bookbell.server.quota.SharedCounter;
import io.bookbell.server.quota.SupporterService;
import io.bookbell.server.quota.SyncedTierService;
import io.bookbell.server.quota.TierService;
import io.bookbell.server.receipt.ReceiptService;
import io.bookbell.server.request.BookRequestService;
import io.bookbell.server.request.RenamedSupporters;
import io.bookbell.server.request.RequestAnnouncer;
import io.bookbell.server.request.RequestListService;
import io.bookbell.server.request.RequestedBookService;
import io.bookbell.server.roles.RoleResolver;
import io.bookbell.server.storage.Transaction;
import io.bookbell.server.team.AdminCache;
import io.bookbell.server.team.TeamService;
import io.bookbell.server.webhook.WebhookService;
import io.bookbell.server.webpush.PushSessions;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * The services of all features, with their dependencies. They know neither HTTP requests nor
 * sockets, and work in the caller's transaction. Thread-safe.
 */
public final class Services {
  private static final SignInLimiter.SignInLimits WRONG_PASSWORDS =
      new SignInLimiter.SignInLimits(10, 300, 100);

  public final AccountStore accounts = new AccountStore();
  public final SessionStore sessions;
  public final KeyStore keys;
  public final ResetLinkStore resetLinks = new ResetLinkStore();
  final AddressChangeStore addressChanges = new AddressChangeStore();
  public final HandoverStore handovers = new HandoverStore();
  final SessionEnding sessionEnding;
  public final AccountControl accountControl;
  public final NameErasure nameErasure =
      new NameErasure(List.of(new ActivityTexts(), new NotificationTexts(), new MessageTexts()));
  public final PasswordSignInSetting passwordSignInSetting = new PasswordSignInSetting();
  public final IdentityStore identities = new IdentityStore();
  public final PasskeyStore passkeys = new PasskeyStore();
  public final TicketStore tickets = new TicketStore();
  public final SignInLimiter loginLimit = new SignInLimiter(WRONG_PASSWORDS);
  public final ActivityLog activity;
  public final CreatorStore creators;
  public final QuotaService quotas;
  public final AdminCache admins = new AdminCache();
  public final OutboxStore outbox = new OutboxStore();
  final OutboxQueue outboxQueue = new OutboxQueue();
  final NewsPreferenceStore newsPreferences = new NewsPreferenceStore();
  public final NewsTargetStore newsTargets = new NewsTargetStore();
  public final RoleResolver access;
  public final InboxStore inbox;
  public final TeamListUpdates teamLists;
  public final ProfileService profile;
  public final ProfilePictureService pictures;
  public final TierService tiers;
  public final SupporterService supporters;
  public final TeamService team;
  public final NotificationService notifications;
  public final BookRequestService requests;
  public final RenamedSupporters renamed = new RenamedSupporters();
  public final RequestedBookService requestedBooks;
  public final FollowService following;
  public final RequestListService lists;
  final CannedResponseService canned;
  public final InvitationService invitations;
  final InvitationEnding invitationEnding;
  public final MembershipEnding membershipEnding;
  public final SupporterListImport supporterLists;
  public final ReceiptService receipts;
  public final PeriodRollover periodTurns;
  final PublishService publishing;
  public final SyncedTierService followedTiers;
  public final MemberReconciler reconciler;
  public final SourceService sources;
  final WebhookService webhooks;

  /** Creates the services for work on stored data whose results contain no address. */
  public Services(ClientNotifier clientNotifier) {
    this(clientNotifier, BasePath.NONE);
  }

  /**
   * Creates the services.
   *
   * @param basePath the path of the public URL
   */
  public Services(ClientNotifier clientNotifier, BasePath basePath) {
    this(clientNotifier, basePath, SharedCounter.NONE);
  }

  /**
   * Creates the services while the replaced system serves, too.
   *
   * @param sharedCounter that system's counter
   */
  Services(ClientNotifier clientNotifier, BasePath basePath, SharedCounter sharedCounter) {
    quotas = new QuotaService(sharedCounter);
    creators = new CreatorStore(basePath);
    access = new RoleResolver(creators, admins, quotas);
    notifications = new NotificationService(access, outbox);
    requestedBooks = new RequestedBookService(creators, access);
    lists = new RequestListService(creators, access);
    sessions =
        new SessionStore(clientNotifier::closeSession, new PushSessions(newsTargets)::endSession);
    keys = new KeyStore(sessions);
    sessionEnding = new SessionEnding(sessions, resetLinks, this::removeOtherWays);
    accountControl =
        new AccountControl(
            accounts, sessions, sessionEnding, resetLinks, keys::revokeAll, this::endInvitationsOf);
    inbox = new InboxStore(clientNotifier::publishChange);
    teamLists = new TeamListUpdates(creators, access, clientNotifier::broadcastMessage);
    activity = new ActivityLog(teamLists::broadcastUpdate);
    canned = new CannedResponseService(creators, access, teamLists);
    tiers = new TierService(creators, access, activity);
    profile =
        new ProfileService(
            creators, access, activity, tiers::applyTimeZone, clientNotifier::broadcastMessage);
    pictures = new ProfilePictureService(creators, access, profile);
    supporters = new SupporterService(creators, access, tiers, quotas, activity, inbox);
    invitationEnding = new InvitationEnding(access, outbox, activity);
    team = new TeamService(creators, access, activity, inbox, invitationEnding::endUnlessAllowed);
    var requestAnnouncer = new RequestAnnouncer(access, notifications, activity, outbox);
    requests = new BookRequestService(creators, access, quotas, requestAnnouncer, inbox);
    following =
        new FollowService(creators, access, requestedBooks, clientNotifier::broadcastMessage);
    invitations =
        new InvitationService(accounts, creators, access, tiers, supporters, team, activity);
    membershipEnding = new MembershipEnding(creators, access, supporters, requests, following);
    supporterLists =
        new SupporterListImport(creators, access, tiers, supporters, invitations, activity);
    receipts = new ReceiptService(inbox, requests, activity, creators, access);
    publishing = new PublishService(inbox, clientNotifier::broadcastMessage);
    periodTurns = new PeriodRollover(creators, quotas, teamLists, inbox, outbox);
    followedTiers = new SyncedTierService(tiers, quotas, activity, inbox);
    reconciler = new MemberReconciler(creators, new SyncedMemberships(this));
    webhooks = new WebhookService(creators, access, newsTargets, outbox);
    sources =
        new SourceService(creators, access, tiers, activity, reconciler, notifications, inbox);
  }

  /**
   * Removes all that lets somebody act as a user without the password, or be told what the user is.
   */
  private void removeOtherWays(Transaction tx, UserId user) {
    keys.revokeAll(tx, user);
    identities.removeAll(tx, user);
    passkeys.removeAll(tx, user);
    sources.unlinkAccounts(tx, user);
    newsTargets.deleteOtherChannels(tx, user);
  }

  /** Ends the invitations of a user, whose teams and own creator are locked for it. */
  private void endInvitationsOf(Transaction tx, UserId user) {
    var inviting = new TreeSet<>(team.findTeams(tx, user));
    creators.find(tx, user).ifPresent(own -> inviting.add(own.id()));
    var shown = new MemberDetails(user, accounts.get(tx, user).displayName());
    for (UserId each : inviting) { // in the order in which everybody locks them
      creators.lockRow(tx, each);
      if (creators.find(tx, each).isPresent()) { // those of a closed one have ended already
        invitationEnding.endAll(tx, each, user, user, shown);
      }
    }
  }

  /** What accounts can be signed in with, at a server that knows these providers. */
  public SignInMethods signInWays(List<OidcConfig> providers) {
    Set<String> issuers =
        providers.stream().map(each -> each.issuer().toString()).collect(Collectors.toSet());
    return new SignInMethods(
        accounts,
        passwordSignInSetting,
        List.of(
            (tx, user) -> identities.count(tx, user, issuers),
            (tx, user) -> passkeys.list(tx, user).size()));
  }

  /**
   * Makes a creator's account an ordinary one again, which keeps everything.
   *
   * @throws Problem 404 if it isn't a creator, 409 if there are supporters or a team
   */
  public void closeCreator(Transaction tx, UserId user) {
    new CreatorClosing(this).close(tx, user);
  }

  /** Tells a user's open pages that they are a creator now. */
  public void announceCreator(Transaction tx, UserId user) {
    var outgoingMessages = new OutgoingMessages();
    outgoingMessages.addAccessChange(user, user, "admin");
    inbox.append(tx, outgoingMessages);
  }

  public DemoData createDemoData() {
    return new DemoData(
        new DemoData.DemoServices(creators, tiers, supporters, team, requests, notifications));
  }

  /** Notifies connected users of committed changes. Called on the database's threads. */
  public interface ClientNotifier {
    /** Delivers the messages of one change, in their order. */
    void publishChange(List<Delivery> change);

    /** Delivers an unnumbered message to these users. */
    void broadcastMessage(Message message, Set<UserId> users);

    /** Closes the sockets of this session or key. */
    void closeSession(UserId user, String session);

    /** Does nothing, for work on stored data without connections. */
    static ClientNotifier noOp() {
      return new ClientNotifier() {
        @Override
        public void publishChange(List<Delivery> change) {}

        @Override
        public void broadcastMessage(Message message, Set<UserId> users) {}

        @Override
        public void closeSession(UserId user, String session) {}
      };
    }
  }
}
