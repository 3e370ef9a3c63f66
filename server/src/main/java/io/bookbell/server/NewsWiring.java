package io.bookbell.server;

import io.bookbell.server.account.AccountMailer;
import io.bookbell.server.account.ForgotRoutes;
import io.bookbell.server.config.ServerConfig;
import io.bookbell.server.config.ServerConfig.MailConfig;
import io.bookbell.server.http.ApiRouter;
import io.bookbell.server.http.RateLimits;
import io.bookbell.server.mail.AccountMails;
import io.bookbell.server.mail.AccountMails.SiteContact;
import io.bookbell.server.mail.InvitationMails;
import io.bookbell.server.mail.MailTransport;
import io.bookbell.server.mail.TransactionalMail;
import io.bookbell.server.monitoring.ServerMetrics;
import io.bookbell.server.network.EnvironmentProxies;
import io.bookbell.server.network.PublicUrl;
import io.bookbell.server.news.ChannelKind;
import io.bookbell.server.news.NewsLinkRoutes;
import io.bookbell.server.news.NewsWords;
import io.bookbell.server.news.NotificationSettingsRoutes;
import io.bookbell.server.news.NotificationSettingsService;
import io.bookbell.server.news.PersonalFilter;
import io.bookbell.server.outbox.NewsKind;
import io.bookbell.server.outbox.NewsTransport;
import io.bookbell.server.outbox.OutboxMonitor;
import io.bookbell.server.outbox.OutboxSender;
import io.bookbell.server.outbox.OutboxStatistics;
import io.bookbell.server.outgoing.OutgoingRequests;
import io.bookbell.server.storage.Database;
import io.bookbell.server.webhook.ChatChannel;
import io.bookbell.server.webhook.WebhookTransport;
import io.bookbell.server.webpush.PushChannel;
import io.bookbell.server.webpush.PushKeyStore;
import io.bookbell.server.webpush.PushRoutes;
import io.bookbell.server.webpush.PushTransport;
import io.bookbell.server.webpush.PushTransport.PushSender;
import io.vertx.core.Vertx;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Wires what leaves this server: the outbox, and a transport for each kind that is set up. */
final class NewsWiring implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(NewsWiring.class);

  private final OutboxStatistics statistics = new OutboxStatistics();
  private final OutboxMonitor monitor;
  private final List<NewsTransport> transports = new ArrayList<>();
  private final List<ChannelKind> channelKinds = new ArrayList<>();
  private final List<AutoCloseable> open = new ArrayList<>();
  private final Database database;
  private final Services services;
  private final PersonalFilter personalFilter;
  private final AccountMails accountMails;
  private final InvitationMails invitationMails;
  private final PushKeyStore pushKeyStore = new PushKeyStore();
  private final Optional<String> pushContact;
  private final boolean hasMail;

  NewsWiring(
      Database database,
      Services services,
      ServerConfig serverConfig,
      Vertx vertx,
      Supplier<String> siteUrl) {
    this.database = database;
    this.services = services;
    this.monitor = new OutboxMonitor(database);
    this.personalFilter = new PersonalFilter(services.notifications, services.access);
    this.accountMails =
        new AccountMails(
            services.outbox,
            services.newsTargets,
            services.accounts,
            services.resetLinks,
            siteContact(serverConfig));
    this.invitationMails =
        new InvitationMails(services.invitations, services.outbox, services.newsTargets);
    this.pushContact = PushContact.find(serverConfig);
    this.hasMail = serverConfig.mail().isPresent() && serverConfig.reach().publicUrl().isPresent();
    if (hasMail) {
      addMail(serverConfig);
    }
    var outgoingRequests =
        new OutgoingRequests(
            vertx, new EnvironmentProxies(System.getenv()), serverConfig.privateWebhooks());
    open.add(outgoingRequests);
    for (NewsKind kind :
        List.of(NewsKind.DISCORD, NewsKind.NTFY, NewsKind.TELEGRAM, NewsKind.WEBHOOK)) {
      transports.add(new WebhookTransport(kind, outgoingRequests, siteUrl, personalFilter));
      channelKinds.add(new ChatChannel(kind));
    }
    transports.add(
        new PushTransport(
            outgoingRequests,
            personalFilter,
            services.outbox,
            pushSender(serverConfig),
            (tx, session) -> services.sessions.findByHash(tx, session).isPresent()));
    channelKinds.add(new PushChannel(services.newsTargets, serverConfig.privateWebhooks()));
  }

  /** Whoever reads mails can at least reach the mails' sender. */
  private static SiteContact siteContact(ServerConfig serverConfig) {
    Optional<MailConfig> mail = serverConfig.mail();
    return new SiteContact(
        serverConfig
            .reach()
            .publicUrl()
            .map(url -> URI.create(url.toString()).getHost())
            .orElse(""),
        serverConfig
            .contact()
            .or(() -> mail.map(each -> each.from().replaceFirst(".*<(.*)>.*", "$1")))
            .orElse(""));
  }

  private PushSender pushSender(ServerConfig serverConfig) {
    return new PushSender(
        pushContact.orElse("mailto:operator@localhost"),
        serverConfig.reach().publicUrl().map(PublicUrl::path).orElse(""));
  }

  private void addMail(ServerConfig serverConfig) {
    var transactionalMails =
        new HashMap<String, TransactionalMail>(accountMails.transactionalMails());
    transactionalMails.putAll(invitationMails.transactionalMails());
    var transport =
        new MailTransport(
            serverConfig.mail().orElseThrow(),
            serverConfig.reach().publicUrl().orElseThrow(),
            personalFilter,
            transactionalMails);
    open.add(transport);
    transports.add(transport);
    channelKinds.add(accountMails);
  }

  /** What sends mails about accounts; empty if no mail is set up. */
  Optional<AccountMailer> accountMailer() {
    return hasMail ? Optional.of(accountMails) : Optional.empty();
  }

  void registerMetrics(ServerMetrics serverMetrics) {
    serverMetrics.registerOutbox(monitor, statistics);
  }

  void addRoutes(ApiRouter apiRouter, RateLimits rateLimits) {
    var settingsService =
        new NotificationSettingsService(services.newsTargets, services.outbox, channelKinds);
    new NotificationSettingsRoutes(settingsService).addRoutes(apiRouter);
    new NewsLinkRoutes(database, services.newsTargets).addRoutes(apiRouter);
    new ForgotRoutes(
            database,
            services.accounts,
            services.resetLinks,
            rateLimits,
            accountMailer(),
            NewsWords::preferredLanguage)
        .addRoutes(apiRouter);
    invitationMails.addRoutes(apiRouter, hasMail);
    PushRoutes.addRoutes(apiRouter, pushKeyStore);
  }

  /** Starts to send. */
  void start() {
    database
        .writeFromReserve(
            tx -> {
              pushKeyStore.createIfMissing(tx);
              return true;
            })
        .join();
    warnWithoutPushContact();
    var sender = new OutboxSender(database, transports, statistics);
    open.addFirst(sender);
    sender.start();
    open.addFirst(monitor);
    monitor.start();
  }

  private void warnWithoutPushContact() {
    if (pushContact.isEmpty() && database.read(services.newsTargets::hasBrowsers).join()) {
      log.warn(
          "Some push services, such as Apple's, refuse messages without a contact. Set"
              + " BOOKBELL_CONTACT to your e-mail or web address, or BOOKBELL_PUBLIC_URL to an"
              + " https address");
    }
  }

  @Override
  public void close() {
    for (AutoCloseable part : open) {
      try {
        part.close();
      } catch (Exception e) {
        log.warn("Closing a part of the outbox failed", e);
      }
    }
  }
}
