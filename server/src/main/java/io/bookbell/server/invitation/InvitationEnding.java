package io.bookbell.server.invitation;

import io.bookbell.hub.UserId;
import io.bookbell.server.activity.ActivityDetails.InvitationsEndDetails;
import io.bookbell.server.activity.ActivityDetails.MemberDetails;
import io.bookbell.server.activity.ActivityKind;
import io.bookbell.server.activity.ActivityLog;
import io.bookbell.server.creator.CreatorRoles;
import io.bookbell.server.creator.CreatorRow;
import io.bookbell.server.creator.TeamRole;
import io.bookbell.server.outbox.NewsBody;
import io.bookbell.server.outbox.OutboxStore;
import io.bookbell.server.outbox.OutboxStore.OneOffItem;
import io.bookbell.server.storage.Transaction;
import java.util.List;

/**
 * Ends the invitations of somebody who may not invite any more: open links, and those whose mails
 * weren't sent yet. It happens in the transaction in which the right ends, under the lock on the
 * creator's row, which also whoever makes a link takes. Links from before their makers were
 * recorded stay. Thread-safe and stateless.
 */
public final class InvitationEnding {
  /** The event of a mail whose link is made when it is sent. */
  public static final String MAIL = "invitation";

  /** The field of such a mail's details that names the creator. */
  public static final String MAIL_CREATOR = "creator";

  /** The field of the details of such a mail's target, once its invitation was made. */
  public static final String MAIL_INVITATION_ID = "id";

  private final CreatorRoles creatorRoles;
  private final OutboxStore outboxStore;
  private final ActivityLog activityLog;

  public InvitationEnding(
      CreatorRoles creatorRoles, OutboxStore outboxStore, ActivityLog activityLog) {
    this.creatorRoles = creatorRoles;
    this.outboxStore = outboxStore;
    this.activityLog = activityLog;
  }

  /**
   * Ends a team member's invitations unless the member's role still includes people.
   *
   * @param changed the locked creator's row after the change of the team
   */
  public void endUnlessAllowed(
      Transaction tx, UserId actor, CreatorRow changed, UserId member, String memberName) {
    boolean allowed =
        creatorRoles
            .teamRoleOf(tx, changed, member)
            .filter(role -> role.includes(TeamRole.PEOPLE))
            .isPresent();
    if (!allowed) {
      endAll(tx, changed.id(), actor, member, new MemberDetails(member, memberName));
    }
  }

  /**
   * Ends the invitations that a user has made for a locked creator.
   *
   * @param shown the user, as the activity log is to show them
   */
  public void endAll(
      Transaction tx, UserId creator, UserId actor, UserId maker, MemberDetails shown) {
    record(
        tx,
        creator,
        actor,
        shown,
        skipMails(tx, creator, maker) + deleteOpenLinks(tx, creator, maker));
  }

  /**
   * Ends all invitations of a locked creator who has no team, whoever has made them.
   *
   * @param shown the creator, as the activity log is to show them
   */
  public void endAllOfCreator(Transaction tx, UserId creator, MemberDetails shown) {
    int links =
        tx.update(
            "DELETE FROM invitation WHERE creator_id = ? AND " + InvitationService.IS_OPEN,
            creator,
            tx.now());
    record(tx, creator, creator, shown, links + skipMails(tx, creator, creator));
  }

  private void record(
      Transaction tx, UserId creator, UserId actor, MemberDetails shown, int amount) {
    if (amount > 0) {
      activityLog.recordActivity(
          tx,
          creator,
          actor,
          ActivityKind.INVITATIONS_ENDED,
          new InvitationsEndDetails(shown.memberId(), shown.memberName(), amount));
    }
  }

  /** Deletes the open links that a user has made for a locked creator; returns how many. */
  public static int deleteOpenLinks(Transaction tx, UserId creator, UserId maker) {
    return tx.update(
        "DELETE FROM invitation WHERE created_by = ? AND creator_id = ? AND "
            + InvitationService.IS_OPEN,
        maker,
        creator,
        tx.now());
  }

  /** Returns how many of the mails had no link yet. */
  private int skipMails(Transaction tx, UserId creator, UserId maker) {
    List<OneOffItem> mails =
        outboxStore.findUnsentOneOff(tx, maker, MAIL).stream()
            .filter(mail -> detailOf(mail.body(), MAIL_CREATOR) == creator.value())
            .toList();
    outboxStore.skipAll(tx, mails.stream().map(OneOffItem::id).toList());
    return (int)
        mails.stream()
            .filter(mail -> detailOf(mail.targetDetails(), MAIL_INVITATION_ID) == 0)
            .count();
  }

  private static long detailOf(String json, String field) {
    return NewsBody.parse(json).details().path(field).asLong();
  }
}
