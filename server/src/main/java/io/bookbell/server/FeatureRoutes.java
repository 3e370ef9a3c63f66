package io.bookbell.server;

import io.bookbell.server.activity.ActivityRoutes;
import io.bookbell.server.canned.CannedResponseRoutes;
import io.bookbell.server.creator.CreatorRoutes;
import io.bookbell.server.creator.PictureDecoder;
import io.bookbell.server.creator.ProfilePictureRoutes;
import io.bookbell.server.follow.FollowRoutes;
import io.bookbell.server.http.ApiRouter;
import io.bookbell.server.invitation.InvitationRoutes;
import io.bookbell.server.key.KeyRoutes;
import io.bookbell.server.membership.MembershipRoutes;
import io.bookbell.server.notification.NotificationRoutes;
import io.bookbell.server.publish.PublishRoutes;
import io.bookbell.server.quota.QuotaRoutes;
import io.bookbell.server.quota.TierAnnouncer;
import io.bookbell.server.receipt.ReceiptRoutes;
import io.bookbell.server.request.RequestRoutes;
import io.bookbell.server.storage.Database;
import io.bookbell.server.team.TeamRoutes;
import io.bookbell.server.webhook.WebhookRoutes;
import java.time.InstantSource;

/** Adds the routes of the features that need nothing but their service. */
final class FeatureRoutes {
  private FeatureRoutes() {}

  static void addRoutes(
      ApiRouter apiRouter,
      Database database,
      Services services,
      TierAnnouncer tierAnnouncer,
      PictureDecoder pictureDecoder,
      InstantSource clock) {
    KeyRoutes.addRoutes(apiRouter, services.keys);
    PublishRoutes.addRoutes(apiRouter, services.publishing);
    CreatorRoutes.addRoutes(apiRouter, services.profile, services.creators, services.access);
    ProfilePictureRoutes.addRoutes(apiRouter, database, services.pictures, pictureDecoder);
    QuotaRoutes.addQuotaRoute(apiRouter, services.quotas);
    FollowRoutes.addRoutes(apiRouter, services.requestedBooks, services.following);
    RequestRoutes.addRoutes(apiRouter, services.requests, services.lists);
    CannedResponseRoutes.addRoutes(apiRouter, services.canned);
    ReceiptRoutes.addRoutes(apiRouter, services.receipts);
    QuotaRoutes.addTierRoutes(apiRouter, services.tiers, tierAnnouncer);
    QuotaRoutes.addSupporterRoutes(apiRouter, services.supporters);
    MembershipRoutes.addRoutes(
        apiRouter, services.supporters, services.membershipEnding, services.supporterLists);
    InvitationRoutes.addRoutes(apiRouter, services.invitations, clock);
    TeamRoutes.addRoutes(apiRouter, services.team, services.admins);
    ActivityRoutes.addRoutes(
        apiRouter,
        services.activity,
        (tx, creator, user) ->
            services.access.requireAdmin(tx, services.creators.get(tx, creator), user));
    NotificationRoutes.addRoutes(apiRouter, services.notifications);
    WebhookRoutes.addRoutes(apiRouter, services.webhooks);
  }
}
