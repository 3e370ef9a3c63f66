package io.bookbell.server.membership;

import com.fasterxml.jackson.annotation.JsonValue;
import io.bookbell.hub.UserId;
import io.bookbell.server.activity.ActivityDetails.ListImportDetails;
import io.bookbell.server.activity.ActivityKind;
import io.bookbell.server.activity.ActivityLog;
import io.bookbell.server.creator.CreatorRoles;
import io.bookbell.server.creator.CreatorRow;
import io.bookbell.server.creator.CreatorStore;
import io.bookbell.server.creator.TeamRole;
import io.bookbell.server.invitation.InvitationService;
import io.bookbell.server.invitation.InvitationService.InvitationTerms;
import io.bookbell.server.membership.SupporterListParser.ListedSupporter;
import io.bookbell.server.quota.SupporterService;
import io.bookbell.server.quota.SupporterService.MembershipState;
import io.bookbell.server.quota.Tier;
import io.bookbell.server.quota.TierService;
import io.bookbell.server.storage.Transaction;
import io.bookbell.server.text.CaseFolding;
import io.bookbell.server.text.EmailAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Brings the supporters of a creator in line with a list of addresses and tiers. People who aren't
 * and never were supporters get one invitation link for each tier, so nobody learns from an import
 * who has an account. Thread-safe.
 */
public final class SupporterListImport {
  private static final Duration LINK_LIFETIME = Duration.ofDays(30);

  private final CreatorStore creatorStore;
  private final CreatorRoles creatorRoles;
  private final TierService tierService;
  private final SupporterService supporterService;
  private final InvitationService invitationService;
  private final ActivityLog activityLog;

  public SupporterListImport(
      CreatorStore creatorStore,
      CreatorRoles creatorRoles,
      TierService tierService,
      SupporterService supporterService,
      InvitationService invitationService,
      ActivityLog activityLog) {
    this.creatorStore = creatorStore;
    this.creatorRoles = creatorRoles;
    this.tierService = tierService;
    this.supporterService = supporterService;
    this.invitationService = invitationService;
    this.activityLog = activityLog;
  }

  /** What becomes of a line. */
  enum LineResult {
    ADDED,
    MOVED,
    UNCHANGED,
    INVITED,
    BLOCKED,
    INVALID;

    /** The form in the API. */
    @JsonValue
    String wireName() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * A line and what becomes of it.
   *
   * @param detail why the line is invalid; otherwise null
   */
  record ImportedLine(int line, String email, LineResult result, @Nullable String detail) {}

  /** The token of a link for people who have to join by themselves. */
  record TierLink(Tier tier, int uses, String token) {}

  /** The result of an import, or of its dry run, which has no links. */
  record ImportResult(List<ImportedLine> lines, List<TierLink> links) {
    int count(LineResult result) {
      return (int) lines.stream().filter(line -> line.result == result).count();
    }
  }

  /**
   * Imports a list; for those who manage people.
   *
   * @param dryRun whether to only report what would be done
   */
  ImportResult importList(
      Transaction tx,
      UserId actor,
      UserId creatorId,
      List<ListedSupporter> listed,
      boolean dryRun) {
    CreatorRow creator = creatorStore.lockCreator(tx, creatorId);
    creatorRoles.requireTeamRole(tx, creator, actor, TeamRole.PEOPLE);
    List<Tier> tiers = tierService.list(tx, actor, creatorId);
    var seen = new HashSet<String>();
    var lines = new ArrayList<ImportedLine>();
    var invited = new TreeMap<Long, Integer>();
    for (ListedSupporter each : listed) {
      PlannedLine planned = plan(tx, creatorId, each, tiers, seen).withoutActor(creator, actor);
      lines.add(planned.line);
      planned.tier.ifPresent(
          tier -> {
            if (planned.line.result == LineResult.INVITED) {
              invited.merge(tier.id(), 1, Integer::sum);
            } else if (!dryRun) {
              apply(tx, actor, creatorId, planned, tier);
            }
          });
    }
    var result =
        new ImportResult(lines, dryRun ? List.of() : invite(tx, actor, creatorId, tiers, invited));
    if (!dryRun) {
      activityLog.recordActivity(
          tx,
          creatorId,
          actor,
          ActivityKind.SUPPORTERS_IMPORTED,
          new ListImportDetails(result.count(LineResult.ADDED), result.count(LineResult.MOVED)));
    }
    return result;
  }

  /** A line, whose supporter is known and whose tier is given if something is to be done. */
  private record PlannedLine(ImportedLine line, Optional<UserId> user, Optional<Tier> tier) {
    static PlannedLine of(ListedSupporter each, LineResult result, @Nullable String detail) {
      return new PlannedLine(
          new ImportedLine(each.line(), each.email(), result, detail),
          Optional.empty(),
          Optional.empty());
    }

    /** Team members don't decide about themselves. */
    PlannedLine withoutActor(CreatorRow creator, UserId actor) {
      boolean own = user.filter(actor::equals).isPresent() && !creator.creator().selfService();
      return own
          ? new PlannedLine(
              new ImportedLine(
                  line.line,
                  line.email,
                  LineResult.INVALID,
                  "email is your own: ask another admin"),
              Optional.empty(),
              Optional.empty())
          : this;
    }

    PlannedLine with(Optional<UserId> user, Tier tier) {
      return new PlannedLine(line, user, Optional.of(tier));
    }
  }

  private PlannedLine plan(
      Transaction tx, UserId creatorId, ListedSupporter each, List<Tier> tiers, Set<String> seen) {
    Optional<String> address = EmailAddress.of(each.email());
    Optional<Tier> tier =
        tiers.stream().filter(one -> CaseFolding.areEqual(one.name(), each.tier())).findFirst();
    if (address.isEmpty() || !seen.add(address.get())) {
      return PlannedLine.of(
          each,
          LineResult.INVALID,
          address.isEmpty() ? "email must be an e-mail address" : "email is in the list twice");
    }
    if (tier.isEmpty()) {
      return PlannedLine.of(
          each, LineResult.INVALID, "tier must be the name of one of the creator's tiers");
    }
    Optional<MembershipState> state =
        supporterService.findMembershipState(tx, creatorId, address.get());
    if (state.isEmpty()) {
      return PlannedLine.of(each, LineResult.INVITED, null).with(Optional.empty(), tier.get());
    }
    MembershipState found = state.get();
    if (found.blocked()) {
      return PlannedLine.of(each, LineResult.BLOCKED, null);
    }
    if (found.ended()) {
      return PlannedLine.of(each, LineResult.ADDED, null)
          .with(Optional.of(found.user()), tier.get());
    }
    return found.tierId() == tier.get().id()
        ? PlannedLine.of(each, LineResult.UNCHANGED, null)
        : PlannedLine.of(each, LineResult.MOVED, null).with(Optional.of(found.user()), tier.get());
  }

  private void apply(
      Transaction tx, UserId actor, UserId creatorId, PlannedLine planned, Tier tier) {
    UserId user = planned.user.orElseThrow();
    if (planned.line.result == LineResult.ADDED) {
      supporterService.restoreSupporter(tx, actor, creatorId, user, tier.id());
    } else {
      supporterService.setTier(tx, actor, creatorId, user, tier.id());
    }
  }

  private List<TierLink> invite(
      Transaction tx,
      UserId actor,
      UserId creatorId,
      List<Tier> tiers,
      Map<Long, Integer> invited) {
    return tiers.stream()
        .filter(tier -> invited.containsKey(tier.id()))
        .map(
            tier -> {
              int uses = invited.getOrDefault(tier.id(), 0);
              var terms =
                  new InvitationTerms(
                      creatorId, "supporter", tier.id(), null, uses, tx.now().plus(LINK_LIFETIME));
              return new TierLink(tier, uses, invitationService.create(tx, actor, terms).token());
            })
        .toList();
  }
}
