package io.bookbell.server.quota;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.bookbell.hub.UserId;
import io.bookbell.server.quota.Ledger.LedgerEntry;
import io.bookbell.server.storage.Transaction;
import io.bookbell.server.web.Answer;
import io.bookbell.server.web.Api;
import io.bookbell.server.web.Body;
import io.bookbell.server.web.Call;
import io.bookbell.server.web.PageRequest;
import io.bookbell.server.web.Problem;
import java.util.List;
import java.util.Optional;

/** A supporter's quota; {@code /api/tiers} and {@code /api/supporters}. */
public final class QuotaRoutes {
  private static final int LONGEST_NAME = 100;
  private static final int LONGEST_REASON = 300;
  private static final int MOST_REQUESTS = 1_000_000;
  private static final int LARGEST_GRANT = 1000;

  private QuotaRoutes() {}

  public static void addQuota(Api api, Quotas quotas) {
    api.get(
        "/api/book-requests/quota",
        QuotaRoutes::creatorIfGiven,
        (tx, caller, creator) -> Answer.ok(explained(tx, quotas, caller.user(), creator)));
  }

  private static Optional<UserId> creatorIfGiven(Call call) {
    var query = call.query();
    Optional<UserId> creator = query.optionalUserId("creator_id");
    query.done();
    return creator;
  }

  private static Explained explained(
      Transaction tx, Quotas quotas, UserId user, Optional<UserId> given) {
    Quota quota =
        given
            .map(creator -> quotas.find(tx, creator, user).orElseThrow(Problem::notFound))
            .orElseGet(() -> only(quotas.of(tx, user)));
    return new Explained(quota, quotas.entries(tx, quota.creatorId(), user));
  }

  private static Quota only(List<Quota> all) {
    if (all.isEmpty()) {
      throw Problem.notFound();
    }
    if (all.size() > 1) {
      throw Problem.validation("creator_id", "is required: you support several creators");
    }
    return all.getFirst();
  }

  private record Explained(@JsonUnwrapped Quota quota, List<LedgerEntry> entries) {}

  public static void addTiers(Api api, Tiers tiers, TierAnnouncer announcer) {
    api.get(
        "/api/tiers",
        call -> {
          var query = call.query();
          UserId creator = query.userId("creator_id");
          query.done();
          return creator;
        },
        (tx, caller, creator) -> Answer.ok(new Items<>(tiers.list(tx, caller.user(), creator))));
    api.post(
        "/api/tiers",
        QuotaRoutes::newTier,
        (tx, caller, wanted) ->
            Answer.created(tiers.create(tx, caller.user(), wanted.creator, wanted.terms)));
    api.patch(
        "/api/tiers/:id",
        QuotaRoutes::tierChange,
        (tx, caller, wanted) -> {
          Tier changed = tiers.change(tx, caller.user(), wanted.tier, wanted.changes);
          tx.afterCommit(announcer::wake);
          return Answer.ok(changed);
        });
  }

  private static NewTier newTier(Call call) {
    Body body = call.body();
    UserId creator = body.userId("creator_id");
    var terms =
        new Tiers.Terms(
            body.line("name", 1, LONGEST_NAME),
            body.integer("requests_allowed", 0, MOST_REQUESTS),
            body.optionalOneOf("period", "none", "month").map(Period::of).orElse(Period.NONE));
    body.done();
    return new NewTier(creator, terms);
  }

  private static TierChange tierChange(Call call) {
    long tier = call.pathId("id");
    Body body = call.body();
    var changes =
        new Tiers.Changes(
            body.optionalLine("name", 1, LONGEST_NAME),
            body.optionalInteger("requests_allowed", 0, MOST_REQUESTS),
            body.optionalOneOf("period", "none", "month").map(Period::of));
    body.done();
    return new TierChange(tier, changes);
  }

  private record NewTier(UserId creator, Tiers.Terms terms) {}

  private record TierChange(long tier, Tiers.Changes changes) {}

  private record Items<T>(List<T> items) {}

  public static void addSupporters(Api api, Supporters supporters) {
    api.get(
        "/api/supporters",
        QuotaRoutes::search,
        (tx, caller, search) ->
            Answer.ok(
                supporters.list(tx, caller.user(), search.creator, search.text, search.page)));
    api.get(
        "/api/supporters/:user_id",
        call -> new OfSupporter(call.pathUser("user_id"), creator(call)),
        (tx, caller, wanted) -> {
          var account = supporters.account(tx, caller.user(), wanted.creator, wanted.supporter);
          return Answer.ok(
              new AccountShown(account.supporter(), account.quota(), account.entries()));
        });
    api.patch(
        "/api/supporters/:user_id",
        QuotaRoutes::tierOfSupporter,
        (tx, caller, wanted) ->
            Answer.ok(
                supporters.setTier(
                    tx, caller.user(), wanted.creator, wanted.supporter, wanted.tier)));
    api.post(
        "/api/supporters/:user_id/grant",
        QuotaRoutes::grant,
        (tx, caller, wanted) -> {
          var grant =
              supporters.grant(
                  tx,
                  caller.user(),
                  wanted.creator,
                  wanted.supporter,
                  wanted.amount,
                  wanted.reason);
          return Answer.ok(new Granted(grant.quota(), grant.entry()));
        });
  }

  private static Search search(Call call) {
    var query = call.query();
    var search = new Search(query.userId("creator_id"), query.optionalText("q", 200), query.page());
    query.done();
    return search;
  }

  private static TierOfSupporter tierOfSupporter(Call call) {
    UserId supporter = call.pathUser("user_id");
    UserId creator = creator(call);
    Body body = call.body();
    long tier = body.id("tier_id");
    body.done();
    return new TierOfSupporter(supporter, creator, tier);
  }

  private static GrantWanted grant(Call call) {
    UserId supporter = call.pathUser("user_id");
    UserId creator = creator(call);
    Body body = call.body();
    int amount = body.integer("amount", -LARGEST_GRANT, LARGEST_GRANT);
    String reason = body.line("reason", 1, LONGEST_REASON);
    body.check("amount", amount != 0, "must not be 0");
    body.done();
    return new GrantWanted(supporter, creator, amount, reason);
  }

  private static UserId creator(Call call) {
    var query = call.query();
    UserId creator = query.userId("creator_id");
    query.done();
    return creator;
  }

  private record Search(UserId creator, Optional<String> text, PageRequest page) {}

  private record OfSupporter(UserId supporter, UserId creator) {}

  private record AccountShown(
      @JsonUnwrapped Supporters.Supporter supporter, Quota quota, List<LedgerEntry> entries) {}

  private record TierOfSupporter(UserId supporter, UserId creator, long tier) {}

  private record GrantWanted(UserId supporter, UserId creator, int amount, String reason) {}

  private record Granted(@JsonUnwrapped Quota quota, LedgerEntry entry) {}
}
