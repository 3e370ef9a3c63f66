package io.bookbell.server.mail;

import io.bookbell.hub.UserId;
import io.bookbell.server.account.Account;
import io.bookbell.server.account.AccountMailer;
import io.bookbell.server.account.AccountStore;
import io.bookbell.server.account.AddressChangeStore;
import io.bookbell.server.account.ResetLinkStore;
import io.bookbell.server.http.JsonBody;
import io.bookbell.server.mail.TransactionalMail.MailLink;
import io.bookbell.server.news.ChannelKind;
import io.bookbell.server.news.NewsWords;
import io.bookbell.server.outbox.NewsBody;
import io.bookbell.server.outbox.NewsKind;
import io.bookbell.server.outbox.NewsTarget;
import io.bookbell.server.outbox.NewsTargetStore;
import io.bookbell.server.outbox.OutboxStore;
import io.bookbell.server.storage.Transaction;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * Mails with links about accounts and addresses. Secrets of links are created when the mail is
 * sent, so they are stored nowhere but as hashes. Thread-safe.
 */
public final class AccountMails implements AccountMailer, ChannelKind {
  private static final String PASSWORD_RESET = "password_reset";
  private static final String ADDRESS_CHANGE = "address_change";
  private static final String ADDRESS_CHANGED = "address_changed";
  private static final String CONFIRM_CHANNEL = "confirm_channel";
  private static final Duration RESET_LIFETIME = Duration.ofHours(1);
  private static final Duration BETWEEN_RESETS = Duration.ofMinutes(1);

  /** Each link replaces the former one, so that strangers who ask must not use up every minute. */
  private static final int MAX_RESETS_PER_HOUR = 3;

  private static final int MAX_LINKS_PER_DAY = 20;

  private final AddressChangeStore addressChangeStore = new AddressChangeStore();
  private final OutboxStore outboxStore;
  private final NewsTargetStore targetStore;
  private final AccountStore accountStore;
  private final ResetLinkStore resetLinkStore;
  private final SiteContact siteContact;
  private final DailyMailLimit linkLimit;

  /**
   * What mails call this installation.
   *
   * @param site the name of its host
   * @param contact where people reach its operator: an address or URL
   */
  public record SiteContact(String site, String contact) {}

  public AccountMails(
      OutboxStore outboxStore,
      NewsTargetStore targetStore,
      AccountStore accountStore,
      ResetLinkStore resetLinkStore,
      SiteContact siteContact) {
    this.siteContact = siteContact;
    this.outboxStore = outboxStore;
    this.targetStore = targetStore;
    this.accountStore = accountStore;
    this.resetLinkStore = resetLinkStore;
    this.linkLimit = new DailyMailLimit(outboxStore, MAX_LINKS_PER_DAY);
  }

  /** What is mailed, by the event of the item. */
  public Map<String, TransactionalMail> transactionalMails() {
    return Map.of(
        PASSWORD_RESET, this::prepareReset,
        ADDRESS_CHANGE, this::prepareAddressChange,
        ADDRESS_CHANGED, this::prepareAddressNotice,
        CONFIRM_CHANNEL, this::prepareConfirmation);
  }

  @Override
  public void sendResetLink(Transaction tx, Account account, String language) {
    int justSent = countSince(tx, account.id(), PASSWORD_RESET, BETWEEN_RESETS);
    int lately = countSince(tx, account.id(), PASSWORD_RESET, Duration.ofHours(1));
    if (justSent == 0 && lately < MAX_RESETS_PER_HOUR) {
      queueMail(tx, account.id(), account.email(), PASSWORD_RESET, Map.of("language", language));
    }
  }

  private int countSince(Transaction tx, UserId user, String event, Duration ago) {
    return outboxStore.countOneOff(tx, user, event, tx.now().minus(ago));
  }

  private Optional<MailLink> prepareReset(
      Transaction tx, NewsTarget target, TransactionalMailDetails body) {
    Account account = accountStore.get(tx, target.user());
    if (!account.email().equals(target.address()) || accountStore.isDisabled(tx, account.id())) {
      return Optional.empty(); // the account was removed or disabled, or has another address now
    }
    var link = resetLinkStore.createLink(tx, target.user(), RESET_LIFETIME);
    return Optional.of(new MailLink("/reset#" + link.token(), body.language(), Map.of()));
  }

  @Override
  public void sendAddressLink(Transaction tx, UserId user, String email, String language) {
    linkLimit.requireRoom(tx, user, ADDRESS_CHANGE, 1);
    addressChangeStore.createLink(tx, user, email);
    String known = NewsWords.preferredLanguage(Optional.of(language));
    queueMail(tx, user, email, ADDRESS_CHANGE, Map.of("language", known));
  }

  private Optional<MailLink> prepareAddressChange(
      Transaction tx, NewsTarget target, TransactionalMailDetails body) {
    return addressChangeStore
        .findAddress(tx, target.user())
        .filter(address -> address.equals(target.address()))
        .map(address -> addressChangeStore.createLink(tx, target.user(), address))
        .map(token -> new MailLink("/news#address=" + token, body.language(), Map.of()));
  }

  /** Whoever has stolen a session could otherwise take the account along without a trace. */
  @Override
  public void tellFormerAddress(Transaction tx, Account former, String language) {
    var details = Map.of("language", language, "name", former.displayName());
    queueMail(tx, former.id(), former.email(), ADDRESS_CHANGED, details);
  }

  private Optional<MailLink> prepareAddressNotice(
      Transaction tx, NewsTarget target, TransactionalMailDetails body) {
    var values =
        Map.of("name", body.text("name"), "site", siteContact.site, "contact", siteContact.contact);
    return Optional.of(new MailLink("", body.language(), values));
  }

  @Override
  public NewsKind kind() {
    return NewsKind.MAIL;
  }

  @Override
  public ChannelAddress parseAddress(JsonBody channel) {
    return new ChannelAddress(channel.requiredDeliverableEmail("target"), "{}");
  }

  @Override
  public Map<String, Object> describe(NewsTarget target) {
    return Map.of();
  }

  @Override
  public boolean needsConsent() {
    return true;
  }

  @Override
  public void askForConsent(Transaction tx, NewsTarget target, String language) {
    linkLimit.requireRoom(tx, target.user(), CONFIRM_CHANNEL, 1);
    var details = Map.of("language", language, "channel", target.id());
    queueMail(tx, target.user(), target.address(), CONFIRM_CHANNEL, details);
  }

  private Optional<MailLink> prepareConfirmation(
      Transaction tx, NewsTarget target, TransactionalMailDetails body) {
    return targetStore
        .find(tx, body.json().path("channel").asLong())
        .filter(channel -> channel.address().equals(target.address()) && !channel.verified())
        .map(
            channel -> new MailLink("/news#confirm=" + channel.token(), body.language(), Map.of()));
  }

  private void queueMail(
      Transaction tx, UserId user, String address, String event, Map<String, ?> details) {
    outboxStore.addOneOff(tx, user, NewsKind.MAIL, address, event, NewsBody.of(event, details));
  }
}
