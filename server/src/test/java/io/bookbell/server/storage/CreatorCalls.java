package io.bookbell.server.storage;

import static org.awaitility.Awaitility.await;

import io.bookbell.server.Cast;
import io.bookbell.server.Services;
import io.bookbell.server.Statements;
import io.bookbell.server.TestServer;
import io.bookbell.server.json.Json;
import io.bookbell.server.support.Images;
import io.bookbell.server.support.TestClient;
import io.bookbell.server.support.TestClient.Reply;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Calls the routes of requests, and those with which a creator manages a page, its people and
 * webhooks.
 */
final class CreatorCalls extends RouteCalls {
  CreatorCalls(Set<String> called, Statements statements) {
    super(called, statements);
  }

  void requests(Cast cast) {
    TestClient supporter = cast.supporter().client();
    TestClient admin = cast.team().client();
    String creator = "?creator_id=" + cast.creator().id();
    var wanted =
        Map.of("creator_id", cast.creator().id(), "title", "Emma", "author", "Jane Austen");
    long first = post(supporter, "/api/book-requests", wanted).body().get("id").asLong();
    long second = post(supporter, "/api/book-requests", wanted).body().get("id").asLong();
    for (TestClient asker : List.of(supporter, admin, cast.creator().client())) {
      for (String filter :
          List.of(
              "",
              "&status=pending",
              "&q=emma",
              "&q=em",
              "&q=mma",
              "&q=emma+austen",
              "&status=pending&q=emma",
              "&sort=oldest",
              "&sort=updated",
              "&sort=updated&status=pending,approved",
              "&sort=updated&q=emma",
              "&user_id=" + cast.supporter().id(),
              "&status=pending&user_id=" + cast.supporter().id())) {
        pages(asker, "/api/book-requests" + creator + filter);
        pages(asker, "/api/book-requests?" + filter.replaceFirst("&", ""));
      }
      get(asker, "/api/book-requests/" + first);
      pages(asker, "/api/notifications?");
      post(asker, "/api/notifications/read", Map.of("all", true));
      post(asker, "/api/notifications/read", Map.of("ids", List.of(1, 2)));
    }
    var key = Map.of("Idempotency-Key", "plans");
    for (int time = 0; time < 2; time++) {
      supporter.send(
          "POST",
          "/api/book-requests/" + first + "/reply",
          Json.writeAsString(Map.of("body", "please")),
          key);
    }
    post(supporter, "/api/book-requests/" + first + "/reply", Map.of("body", "please"));
    post(admin, "/api/book-requests/" + first + "/respond", Map.of("status", "approved"));
    post(admin, "/api/book-requests/" + first + "/respond", Map.of("status", "rejected"));
    post(supporter, "/api/book-requests/" + second + "/cancel", Map.of());
    follow(cast, supporter);
    get(supporter, "/api/book-requests/quota" + creator);
    get(admin, "/api/book-requests/pending-count" + creator);
    get(admin, "/api/book-requests/counts" + creator);
    get(admin, "/api/book-requests.csv" + creator);
    long third = post(supporter, "/api/book-requests", wanted).body().get("id").asLong();
    post(
        admin,
        "/api/book-requests/respond",
        Map.of(
            "creator_id", cast.creator().id(), "ids", List.of(first, third), "status", "rejected"));
    canned(admin, cast, creator);
    String times = "&from=2026-01-01T00:00:00Z&to=2090-01-01T00:00:00Z";
    for (String filter : List.of("&kind=reply_added", "&actor_id=" + cast.team().id(), times)) {
      pages(admin, "/api/activity" + creator + filter);
    }
    get(admin, "/api/activity.csv" + creator + times);
    get(admin, "/api/supporters/" + cast.supporter().id() + creator);
    get(admin, "/api/book-requests/" + first + "/receipts");
    pages(admin, "/api/book-requests/" + first + "/replies?");
    get(supporter, "/api/book-requests/" + first + "/seen");
    pages(admin, "/api/activity" + creator);
  }

  private void canned(TestClient admin, Cast cast, String creator) {
    var soon = Map.of("creator_id", cast.creator().id(), "name", "Soon", "body", "In spring.");
    Reply made = post(admin, "/api/canned-responses", soon);
    String path = "/api/canned-responses/" + made.body().get("id").asLong();
    get(admin, "/api/canned-responses" + creator);
    patch(admin, path, Map.of("body", "In May."));
    send(admin, "DELETE", path, null);
  }

  private void follow(Cast cast, TestClient supporter) {
    long id = cast.other().ask(cast.creator(), "The Mill on the Floss");
    String asked = "/api/book-requests/asked?creator_id=" + cast.creator().id();
    for (TestClient asker : List.of(supporter, cast.creator().client())) {
      get(asker, asked + "&q=mill");
      get(asker, asked + "&q=the+mill+flo");
    }
    patch(
        cast.creator().client(),
        "/api/creators/" + cast.creator().id(),
        Map.of("shows_asked", false));
    get(supporter, asked + "&q=mill");
    patch(
        cast.creator().client(),
        "/api/creators/" + cast.creator().id(),
        Map.of("shows_asked", true));
    post(supporter, "/api/book-requests/" + id + "/follow", Map.of());
    post(
        supporter,
        "/api/book-requests/" + cast.other().ask(cast.creator(), "Romola") + "/follow",
        Map.of());
    pages(supporter, "/api/book-requests/following?");
    send(supporter, "DELETE", "/api/book-requests/" + id + "/follow", null);
    get(supporter, "/api/books/search?q=mill");
  }

  void creator(TestServer server, Cast cast) {
    TestClient creator = cast.creator().client();
    long id = cast.creator().id();
    String query = "?creator_id=" + id;
    get(cast.supporter().client(), "/api/creators/" + id);
    patch(creator, "/api/creators/" + id, Map.of("notice", "Back soon"));
    String picture = "/api/creators/" + id + "/picture";
    note("PUT", picture);
    creator.put(picture, Images.of("jpeg", 3, 2), "image/jpeg").expect(200);
    get(creator, picture);
    send(creator, "DELETE", picture, null);
    get(creator, "/api/tiers" + query);
    long monthly =
        post(
                creator,
                "/api/tiers",
                Map.of(
                    "creator_id", id, "name", "Monthly", "requests_allowed", 2, "period", "month"))
            .body()
            .get("id")
            .asLong();
    for (String filter : List.of("", "&q=cast")) {
      pages(creator, "/api/supporters" + query + filter);
    }
    String supporter = "/api/supporters/" + cast.supporter().id();
    patch(creator, supporter + query, Map.of("tier_id", monthly));
    post(creator, supporter + "/grant" + query, Map.of("amount", 1, "reason", "thanks"));
    patch(creator, "/api/tiers/" + monthly, Map.of("requests_allowed", 3));
    await().until(() -> statements.anyContains("DELETE FROM tier_announcement"));
    invitations(server, creator, id, monthly);
    memberships(creator, cast, monthly);
  }

  private void memberships(TestClient creator, Cast cast, long monthly) {
    long id = cast.creator().id();
    long user = cast.supporter().id();
    String query = "?creator_id=" + id;
    String supporter = "/api/supporters/" + user;
    patch(creator, supporter + query, Map.of("own_allowance", 9));
    var terms =
        Map.of(
            "creator_id",
            id,
            "name",
            "Rolling",
            "requests_allowed",
            2,
            "period",
            "rolling",
            "days",
            7);
    long rolling = post(creator, "/api/tiers", terms).body().get("id").asLong();
    patch(creator, supporter + query, Map.of("tier_id", rolling));
    post(
        creator,
        "/api/book-requests/" + cast.supporter().ask(cast.creator(), "Silas") + "/respond",
        Map.of("status", "rejected"));
    patch(creator, "/api/creators/" + id, Map.of("time_zone", "Asia/Tokyo"));
    send(creator, "DELETE", "/api/tiers/" + monthly, "{\"move_to\": " + rolling + "}");
    send(creator, "DELETE", supporter + query, null);
    pages(creator, "/api/former-supporters" + query);
    post(creator, "/api/supporters", Map.of("creator_id", id, "user_id", user, "tier_id", rolling));
    String list = "/api/supporters/import" + query;
    note("POST", list);
    String csv = "email,tier\n" + cast.supporter().email() + ",Patron\nnew@plans.test,Patron\n";
    creator.send("POST", list, csv, Map.of("Content-Type", "text/csv")).expect(200);
    post(creator, supporter + "/block" + query, Map.of());
    send(creator, "DELETE", supporter + "/block" + query, null);
  }

  private void invitations(TestServer server, TestClient creator, long id, long tier) {
    var terms = Map.of("creator_id", id, "kind", "supporter", "tier_id", tier, "uses", 5);
    Reply made = post(creator, "/api/invitations", terms);
    String link = made.body().get("url").asText();
    get(creator, "/api/invitations?creator_id=" + id);
    get(creator, "/api/invitations/" + made.body().get("id").asLong());
    post(server.client(), "/api/auth/accept", newcomer(link, "joins@plans.test"));
    send(creator, "DELETE", "/api/invitations/" + made.body().get("id").asLong(), null);
  }

  void team(Cast cast) {
    TestClient creator = cast.creator().client();
    String query = "?creator_id=" + cast.creator().id();
    get(creator, "/api/team" + query);
    var added = Map.of("creator_id", cast.creator().id(), "email", cast.other().email());
    post(creator, "/api/team/add", added);
    String member = "/api/team/" + cast.other().id() + query;
    patch(creator, member, Map.of("role", "people"));
    patch(creator, member, Map.of("active", false));
    send(creator, "DELETE", member, null);
  }

  void webhooks(TestServer server, TestClient creator) {
    String all = "/api/webhooks";
    long id = creator.userId();
    var terms =
        Map.of("creator_id", id, "url", "https://a.invalid/", "events", List.of("reply_added"));
    long webhook = post(creator, all, terms).body().get("id").asLong();
    String one = all + "/" + webhook;
    get(creator, all + "?creator_id=" + id);
    post(creator, all + "/preview", Map.of("template", "{title}"));
    patch(creator, one, Map.of("events", List.of("request_created")));
    long delivery = post(creator, one + "/test", Map.of()).body().get("id").asLong();
    var services = new Services(Services.ClientNotifier.noOp());
    server
        .database()
        .write(
            tx -> {
              services.newsTargets.endSubscriptions(tx, webhook);
              return true;
            })
        .join();
    post(creator, one + "/deliveries/" + delivery + "/retry", Map.of());
    get(creator, one + "/deliveries");
    send(creator, "DELETE", one, null);
  }
}
