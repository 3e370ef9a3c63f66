package io.bookbell.server.mail;

import io.bookbell.hub.UserId;
import io.bookbell.server.creator.TeamRole;
import io.bookbell.server.http.ApiRequest;
import io.bookbell.server.http.ApiResponse;
import io.bookbell.server.http.ApiRouter;
import io.bookbell.server.http.Caller;
import io.bookbell.server.http.JsonBody;
import io.bookbell.server.http.Problem;
import io.bookbell.server.http.RateLimit;
import io.bookbell.server.invitation.InvitationEnding;
import io.bookbell.server.invitation.InvitationInput;
import io.bookbell.server.invitation.InvitationService;
import io.bookbell.server.invitation.InvitationService.InvitationTerms;
import io.bookbell.server.mail.TransactionalMail.MailLink;
import io.bookbell.server.news.NewsWords;
import io.bookbell.server.outbox.NewsBody;
import io.bookbell.server.outbox.NewsKind;
import io.bookbell.server.outbox.NewsTarget;
import io.bookbell.server.outbox.NewsTargetStore;
import io.bookbell.server.outbox.OutboxStore;
import io.bookbell.server.storage.Transaction;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * {@code /api/invitations/mail}: invitations by mail. Each address gets a link of its own for one
 * use, which is created when its mail is sent. Thread-safe.
 */
public final class InvitationMails {
  private static final int MAX_ADDRESSES = 50;
  private static final int MAX_PER_DAY = 200;
  private static final Duration LIFETIME = Duration.ofDays(14);

  private final InvitationService invitationService;
  private final OutboxStore outboxStore;
  private final NewsTargetStore targetStore;
  private final DailyMailLimit mailLimit;

  public InvitationMails(
      InvitationService invitationService, OutboxStore outboxStore, NewsTargetStore targetStore) {
    this.invitationService = invitationService;
    this.outboxStore = outboxStore;
    this.targetStore = targetStore;
    this.mailLimit = new DailyMailLimit(outboxStore, MAX_PER_DAY);
  }

  /** What is mailed, by the event of the item. */
  public Map<String, TransactionalMail> transactionalMails() {
    return Map.of(InvitationEnding.MAIL, this::prepare);
  }

  /**
   * Adds the route.
   *
   * @param isSetUp whether mail can be sent
   */
  public void addRoutes(ApiRouter apiRouter, boolean isSetUp) {
    apiRouter.post(
        "/api/invitations/mail",
        RateLimit.ACCOUNT,
        InvitationMails::parse,
        (tx, caller, wanted) -> {
          var creator =
              invitationService.checkTerms(
                  tx, caller.user(), wanted.input.terms(1, tx.now()), wanted.emails.size());
          if (!isSetUp) {
            throw Problem.conflict(
                "no_mail", "No mail server is set up here. Share a link instead.");
          }
          int accepted = invite(tx, caller, wanted, creator.creator().name());
          return ApiResponse.accepted(new AcceptedResponse(accepted));
        });
  }

  private record AcceptedResponse(int accepted) {}

  private record WantedMails(InvitationInput input, List<String> emails, String language) {}

  private static WantedMails parse(ApiRequest apiRequest) {
    JsonBody jsonBody = apiRequest.jsonBody();
    InvitationInput input = InvitationInput.parse(jsonBody);
    List<String> emails = jsonBody.requiredDeliverableEmails("emails", MAX_ADDRESSES);
    jsonBody.requireNoErrors();
    return new WantedMails(
        input, emails, NewsWords.preferredLanguage(apiRequest.header("Accept-Language")));
  }

  private int invite(Transaction tx, Caller caller, WantedMails wanted, String name) {
    var details = new HashMap<String, Object>();
    details.put(InvitationEnding.MAIL_CREATOR, wanted.input.creator());
    details.put("kind", wanted.input.kind());
    details.put("name", name);
    details.put("language", wanted.language);
    @Nullable Long tier = wanted.input.tier();
    if (tier != null) {
      details.put("tier", tier);
    }
    @Nullable TeamRole role = wanted.input.role();
    if (role != null) {
      details.put("role", role.wireName());
    }
    mailLimit.requireRoom(tx, caller.user(), InvitationEnding.MAIL, wanted.emails.size());
    String body = NewsBody.of(InvitationEnding.MAIL, details);
    for (String email : wanted.emails) {
      outboxStore.addOneOff(tx, caller.user(), NewsKind.MAIL, email, InvitationEnding.MAIL, body);
    }
    return wanted.emails.size();
  }

  /** A mail that is tried again has the same invitation, with another link. */
  private Optional<MailLink> prepare(
      Transaction tx, NewsTarget target, TransactionalMailDetails details) {
    long former =
        NewsBody.parse(target.details())
            .details()
            .path(InvitationEnding.MAIL_INVITATION_ID)
            .asLong();
    String token =
        former > 0
            ? invitationService.renewToken(tx, target.user(), former)
            : create(tx, target, details);
    return Optional.of(
        new MailLink("/join#" + token, details.language(), Map.of("name", details.text("name"))));
  }

  private String create(Transaction tx, NewsTarget target, TransactionalMailDetails details) {
    var json = details.json();
    var terms =
        new InvitationTerms(
            new UserId(json.path(InvitationEnding.MAIL_CREATOR).asLong()),
            details.text("kind"),
            json.has("tier") ? json.path("tier").asLong() : null,
            json.has("role") ? TeamRole.of(details.text("role")) : null,
            1,
            tx.now().plus(LIFETIME));
    var created = invitationService.create(tx, target.user(), terms);
    var stored = Map.of(InvitationEnding.MAIL_INVITATION_ID, created.invitation().id());
    targetStore.changeDetails(tx, target.id(), NewsBody.of(InvitationEnding.MAIL, stored));
    return created.token();
  }
}
