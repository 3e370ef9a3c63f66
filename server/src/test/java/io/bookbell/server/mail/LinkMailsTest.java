package io.bookbell.server.mail;

import static org.assertj.core.api.Assertions.assertThat;

import io.bookbell.hub.UserId;
import io.bookbell.server.DomainTest;
import io.bookbell.server.account.Account;
import io.bookbell.server.creator.TeamRole;
import io.bookbell.server.invitation.Invitation;
import io.bookbell.server.mail.AccountMails.SiteContact;
import io.bookbell.server.mail.TransactionalMail.MailLink;
import io.bookbell.server.outbox.NewsBody;
import io.bookbell.server.outbox.NewsKind;
import io.bookbell.server.outbox.NewsTarget;
import io.bookbell.server.outbox.NewsTargetStore.NewTarget;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Mails with links, below the mail server. */
class LinkMailsTest extends DomainTest {
  private UserId mara;

  @BeforeEach
  void people() {
    mara = domain.creator("mara");
  }

  @Test
  void aMailThatIsTriedAgainHasTheSameInvitationWithAnotherLink() {
    var details = Map.of("creator", mara, "kind", "team", "role", "answer", "name", "Mara");
    long target =
        domain.write(
            tx ->
                domain
                    .features
                    .newsTargets
                    .create(tx, NewTarget.once(mara, NewsKind.MAIL, "ann@home.test"))
                    .id());

    String first = prepare(target, details);
    String second = prepare(target, details);

    List<Invitation> open = domain.read(tx -> domain.features.invitations.list(tx, mara, mara));
    assertThat(open).hasSize(1);
    assertThat(open.getFirst().teamRole()).isEqualTo(TeamRole.ANSWER);
    UserId ann = domain.account("ann");
    refused("not_found", () -> accept(ann, first));
    accept(ann, second);
    refused("not_found", () -> prepare(target, details));
  }

  private String prepare(long id, Map<String, ?> details) {
    var mails =
        new InvitationMails(
            domain.features.invitations, domain.features.outbox, domain.features.newsTargets);
    MailLink link =
        domain.write(
            tx -> {
              NewsTarget target = domain.features.newsTargets.find(tx, id).orElseThrow();
              var stored = NewsBody.parse(NewsBody.of("invitation", details)).details();
              return mails
                  .transactionalMails()
                  .values()
                  .iterator()
                  .next()
                  .prepare(tx, target, new TransactionalMailDetails(stored))
                  .orElseThrow();
            });
    return link.path().substring("/join#".length());
  }

  private void accept(UserId user, String token) {
    domain.write(
        tx -> {
          domain.features.invitations.acceptInvitation(tx, user, token);
          return true;
        });
  }

  @Test
  void aLinkForAPasswordIsNotMailedOnceTheAccountIsDisabled() {
    Account account = domain.read(tx -> domain.features.accounts.get(tx, mara));
    assertThat(resetLinkOf(account)).isPresent();

    domain.write(
        tx -> {
          domain.features.accountControl.disable(tx, mara);
          return true;
        });

    assertThat(resetLinkOf(account)).isEmpty();
  }

  private Optional<MailLink> resetLinkOf(Account account) {
    TransactionalMail mail =
        Objects.requireNonNull(accountMails().transactionalMails().get("password_reset"));
    return domain.write(
        tx -> {
          var address = NewTarget.once(account.id(), NewsKind.MAIL, account.email());
          NewsTarget target = domain.features.newsTargets.create(tx, address);
          var details = NewsBody.parse(NewsBody.of("password_reset", Map.of("language", "en")));
          return mail.prepare(tx, target, new TransactionalMailDetails(details.details()));
        });
  }

  /** Each link replaces the former one, so whoever asks for somebody else must not do it always. */
  @Test
  void strangersCannotHaveLinksForAPasswordReplacedAllTheTime() {
    Account account = domain.read(tx -> domain.features.accounts.get(tx, mara));
    assertThat(askTimes(account, 30)).isEqualTo(3);
    domain.passes(Duration.ofHours(1));
    assertThat(askTimes(account, 1)).isEqualTo(4);
  }

  private AccountMails accountMails() {
    return new AccountMails(
        domain.features.outbox,
        domain.features.newsTargets,
        domain.features.accounts,
        domain.features.resetLinks,
        new SiteContact("books.test", "operator@books.test"));
  }

  private int askTimes(Account account, int times) {
    AccountMails mails = accountMails();
    for (int time = 0; time < times; time++) {
      domain.passes(Duration.ofSeconds(61));
      domain.write(
          tx -> {
            mails.sendResetLink(tx, account, "en");
            return true;
          });
    }
    return domain.read(
        tx ->
            domain.features.outbox.countOneOff(
                tx, mara, "password_reset", tx.now().minus(Duration.ofDays(1))));
  }
}
