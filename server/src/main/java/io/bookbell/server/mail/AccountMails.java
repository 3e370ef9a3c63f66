package io.bookbell.server.mail;

import io.bookbell.hub.UserId;
import io.bookbell.server.account.Account;
import io.bookbell.server.account.AccountMailer;
import io.bookbell.server.account.AccountStore;
import io.bookbell.server.account.AddressChangeStore;
import io.bookbell.server.account.ResetLinkStore;
import io.bookbell.server.http.JsonBody;
import io.bookbell.server.http.Problem;
import io.bookbell.server.mail.ActionMail.ActionLink;
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
  private static final String CONFIRM_CHANNEL = "confirm_channel";
  private static final Duration RESET_LIFE = Duration.ofHours(1);
  private static final int SECONDS_BETWEEN = 60;
  private static final int SECONDS_PER_HOUR = 3600;

  private final AddressChangeStore addressChangeStore = new AddressChangeStore();
  private final OutboxStore outboxStore;
  private final NewsTargetStore targetStore;
  private final AccountStore accountStore;
  private final ResetLinkStore resetLinkStore;

  public AccountMails(
      OutboxStore outboxStore,
      NewsTargetStore targetStore,
      AccountStore accountStore,
      ResetLinkStore resetLinkStore) {
    this.outboxStore = outboxStore;
    this.targetStore = targetStore;
    this.accountStore = accountStore;
    this.resetLinkStore = resetLinkStore;
  }

  /** What is mailed, by the event of the item. */
  public Map<String, ActionMail> actions() {
    return Map.of(
        PASSWORD_RESET, this::prepareReset,
        ADDRESS_CHANGE, this::prepareAddressChange,
        CONFIRM_CHANNEL, this::prepareConfirmation);
  }

  @Override
  public void sendResetLink(Transaction tx, Account account, String language) {
    boolean justSent =
        outboxStore.hasOnceSince(
            tx, account.id(), PASSWORD_RESET, tx.now().minusSeconds(SECONDS_BETWEEN));
    if (!justSent) {
      outboxStore.addOnce(
          tx,
          account.id(),
          NewsKind.MAIL,
          account.email(),
          PASSWORD_RESET,
          bodyOf(PASSWORD_RESET, language));
    }
  }

  private Optional<ActionLink> prepareReset(Transaction tx, NewsTarget target, ActionDetails body) {
    Account account = accountStore.get(tx, target.user());
    if (!account.email().equals(target.address())) {
      return Optional.empty(); // the account was removed or has another address now
    }
    var link = resetLinkStore.createLink(tx, target.user(), RESET_LIFE);
    return Optional.of(new ActionLink("/reset#" + link.token(), body.language(), Map.of()));
  }

  @Override
  public void sendAddressLink(Transaction tx, UserId user, String email, String language) {
    addressChangeStore.createLink(tx, user, email);
    requireSent(
        outboxStore.addOnce(
            tx,
            user,
            NewsKind.MAIL,
            email,
            ADDRESS_CHANGE,
            bodyOf(ADDRESS_CHANGE, NewsWords.preferredLanguage(Optional.of(language)))));
  }

  private Optional<ActionLink> prepareAddressChange(
      Transaction tx, NewsTarget target, ActionDetails body) {
    return addressChangeStore
        .findAddress(tx, target.user())
        .filter(address -> address.equals(target.address()))
        .map(address -> addressChangeStore.createLink(tx, target.user(), address))
        .map(token -> new ActionLink("/news#address=" + token, body.language(), Map.of()));
  }

  @Override
  public NewsKind kind() {
    return NewsKind.MAIL;
  }

  @Override
  public ChannelAddress parseAddress(JsonBody channel) {
    return new ChannelAddress(channel.requiredEmail("target"), "{}");
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
    requireSent(
        outboxStore.addOnce(
            tx,
            target.user(),
            NewsKind.MAIL,
            target.address(),
            CONFIRM_CHANNEL,
            NewsBody.of(CONFIRM_CHANNEL, Map.of("language", language, "channel", target.id()))));
  }

  private Optional<ActionLink> prepareConfirmation(
      Transaction tx, NewsTarget target, ActionDetails body) {
    return targetStore
        .find(tx, body.json().path("channel").asLong())
        .filter(channel -> channel.address().equals(target.address()) && !channel.verified())
        .map(
            channel ->
                new ActionLink("/news#confirm=" + channel.token(), body.language(), Map.of()));
  }

  private static void requireSent(boolean sent) {
    if (!sent) {
      throw Problem.tooMany(
          "rate_limited", "Too many mails were sent for you today.", SECONDS_PER_HOUR);
    }
  }

  private static String bodyOf(String event, String language) {
    return NewsBody.of(event, Map.of("language", language));
  }
}
