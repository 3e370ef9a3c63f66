package io.bookbell.server;

import io.bookbell.hub.Delivery;
import io.bookbell.hub.Message;
import io.bookbell.hub.UserId;
import io.bookbell.server.access.Access;
import io.bookbell.server.account.Accounts;
import io.bookbell.server.account.LoginLimit;
import io.bookbell.server.account.Sessions;
import io.bookbell.server.account.Tickets;
import io.bookbell.server.activity.Activity;
import io.bookbell.server.canned.CannedResponses;
import io.bookbell.server.creator.Creators;
import io.bookbell.server.creator.DeskUpdates;
import io.bookbell.server.creator.Pictures;
import io.bookbell.server.creator.Profile;
import io.bookbell.server.demo.DemoData;
import io.bookbell.server.inbox.Inbox;
import io.bookbell.server.invitation.Invitations;
import io.bookbell.server.notification.Notifications;
import io.bookbell.server.quota.MonthTurn;
import io.bookbell.server.quota.Quotas;
import io.bookbell.server.quota.Supporters;
import io.bookbell.server.quota.Tiers;
import io.bookbell.server.receipt.Receipts;
import io.bookbell.server.request.Announcements;
import io.bookbell.server.request.AskedBooks;
import io.bookbell.server.request.BookRequests;
import io.bookbell.server.request.Following;
import io.bookbell.server.request.RequestLists;
import io.bookbell.server.team.Admins;
import io.bookbell.server.team.Team;
import java.util.List;
import java.util.Set;

/**
 * The services of all features, each given what it needs. They know neither HTTP nor sockets and
 * work in whatever transaction they are handed. Thread-safe.
 */
final class Features {
  private static final LoginLimit.Most WRONG_PASSWORDS = new LoginLimit.Most(10, 300, 100);

  final Accounts accounts = new Accounts();
  final Sessions sessions;
  final Tickets tickets = new Tickets();
  final LoginLimit loginLimit = new LoginLimit(WRONG_PASSWORDS);
  final Activity activity;
  final Creators creators = new Creators();
  final Quotas quotas = new Quotas();
  final Admins admins = new Admins();
  final Access access = new Access(creators, admins, quotas);
  final Inbox inbox;
  final Profile profile;
  final Pictures pictures;
  final Tiers tiers;
  final Supporters supporters;
  final Team team;
  final Notifications notifications = new Notifications(access);
  final BookRequests requests;
  final AskedBooks asked = new AskedBooks(creators, access);
  final Following following;
  final RequestLists lists = new RequestLists(creators, access);
  final CannedResponses canned;
  final Invitations invitations;
  final Receipts receipts;
  final MonthTurn monthTurn;

  Features(Outlet outlet) {
    sessions = new Sessions(outlet::sessionEnded);
    inbox = new Inbox(outlet::deliver);
    var desks = new DeskUpdates(creators, access, outlet::broadcast);
    activity = new Activity(desks::announce);
    canned = new CannedResponses(creators, access, desks);
    tiers = new Tiers(creators, access, activity);
    profile = new Profile(creators, access, activity, outlet::broadcast);
    pictures = new Pictures(creators, access, profile);
    supporters = new Supporters(creators, access, tiers, activity, inbox);
    team = new Team(creators, access, activity, inbox);
    var announcements = new Announcements(access, notifications, activity);
    requests = new BookRequests(creators, access, quotas, announcements, inbox);
    following = new Following(creators, access, asked, announcements, inbox);
    invitations = new Invitations(creators, access, tiers, supporters, team, activity);
    receipts = new Receipts(inbox, requests, activity, creators, access);
    monthTurn = new MonthTurn(creators, desks, inbox);
  }

  DemoData demoData() {
    return new DemoData(
        new DemoData.Services(creators, tiers, supporters, team, requests, notifications));
  }

  /** Where what was committed goes: the connected users. Called on threads of the database. */
  interface Outlet {
    /** The messages of one change, in their order. */
    void deliver(List<Delivery> change);

    /** An unnumbered message to these users. */
    void broadcast(Message message, Set<UserId> users);

    /** Sockets of this session are to close. */
    void sessionEnded(UserId user, String session);

    /** Nobody is connected: for work on the stored data alone. */
    static Outlet none() {
      return new Outlet() {
        @Override
        public void deliver(List<Delivery> change) {}

        @Override
        public void broadcast(Message message, Set<UserId> users) {}

        @Override
        public void sessionEnded(UserId user, String session) {}
      };
    }
  }
}
