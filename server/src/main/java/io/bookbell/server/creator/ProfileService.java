package io.bookbell.server.creator;

import io.bookbell.hub.Message;
import io.bookbell.hub.UserId;
import io.bookbell.server.activity.ActivityDetails.ProfileDetails;
import io.bookbell.server.activity.ActivityKind;
import io.bookbell.server.activity.ActivityLog;
import io.bookbell.server.activity.FieldChange;
import io.bookbell.server.activity.FieldChange.ChangeCollector;
import io.bookbell.server.activity.FieldChange.ChangedField;
import io.bookbell.server.storage.Transaction;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Reads and changes a creator's profile: name, appearance, notice, rules, and whether requests are
 * accepted. Thread-safe.
 */
public final class ProfileService {
  private final CreatorStore creatorStore;
  private final CreatorRoles creatorRoles;
  private final ActivityLog activityLog;
  private final BiConsumer<Transaction, Creator> timeZoneListener;
  private final BiConsumer<Message, Set<UserId>> broadcast;

  /**
   * Creates the service.
   *
   * @param timeZoneListener called in the transaction that has changed a creator's time zone
   * @param broadcast sends a state message to users, after the commit
   */
  public ProfileService(
      CreatorStore creatorStore,
      CreatorRoles creatorRoles,
      ActivityLog activityLog,
      BiConsumer<Transaction, Creator> timeZoneListener,
      BiConsumer<Message, Set<UserId>> broadcast) {
    this.timeZoneListener = timeZoneListener;
    this.creatorStore = creatorStore;
    this.creatorRoles = creatorRoles;
    this.activityLog = activityLog;
    this.broadcast = broadcast;
  }

  /** The fields to change; empty fields stay as they are. An empty string removes the colour. */
  public record ProfileChanges(
      Optional<String> name,
      Optional<Boolean> accepting,
      Optional<String> notice,
      Optional<String> rules,
      Optional<Boolean> showsAsked,
      Optional<Boolean> selfService,
      Optional<String> colour,
      Optional<String> timeZone) {

    /** Changes of everything but the time zone. */
    public ProfileChanges(
        Optional<String> name,
        Optional<Boolean> accepting,
        Optional<String> notice,
        Optional<String> rules,
        Optional<Boolean> showsAsked,
        Optional<Boolean> selfService,
        Optional<String> colour) {
      this(name, accepting, notice, rules, showsAsked, selfService, colour, Optional.empty());
    }

    private Creator applyTo(Creator before) {
      return new Creator(
          before.id(),
          name.orElse(before.name()),
          accepting.orElse(before.accepting()),
          notice.orElse(before.notice()),
          rules.orElse(before.rules()),
          showsAsked.orElse(before.showsAsked()),
          selfService.orElse(before.selfService()),
          colour.isEmpty() ? before.colour() : emptyToNull(colour.get()),
          before.picture(),
          timeZone.orElse(before.timeZone()),
          before.version());
    }

    private static @Nullable String emptyToNull(String text) {
      return text.isEmpty() ? null : text;
    }
  }

  /** Returns the profile; for supporters and admins. */
  public Creator get(Transaction tx, UserId user, UserId creatorId) {
    Supplier<Boolean> isSupporter = creatorRoles.isSupporterLater(tx, creatorId, user);
    CreatorRow creator = creatorStore.get(tx, creatorId);
    creatorRoles.requireMember(tx, creator, user, isSupporter);
    return creator.creator();
  }

  /**
   * Changes the profile and notifies all connected supporters and admins. For the creator, and for
   * team members who may do everything; only the creator changes what the team may do for itself.
   */
  public Creator update(
      Transaction tx, UserId actor, UserId creatorId, ProfileChanges profileChanges) {
    CreatorRow before = creatorStore.lockCreator(tx, creatorId);
    creatorRoles.requireTeamRole(tx, before, actor, TeamRole.EVERYTHING);
    Creator wanted = profileChanges.applyTo(before.creator());
    if (wanted.selfService() != before.creator().selfService()) {
      creatorRoles.requireCreator(tx, before, actor);
    }
    if (wanted.equals(before.creator())) {
      return wanted;
    }
    CreatorRow after = creatorStore.update(tx, before, wanted);
    if (!wanted.timeZone().equals(before.creator().timeZone())) {
      timeZoneListener.accept(tx, after.creator());
    }
    return announceChange(tx, actor, after, findChanges(before.creator(), after.creator()));
  }

  /**
   * Erases the profile of a locked creator without supporters, and stops requests for good. Nobody
   * is told.
   */
  public void closeCreator(Transaction tx, CreatorRow locked, String name) {
    Creator was = locked.creator();
    creatorStore.update(
        tx,
        locked,
        new Creator(
            was.id(),
            name,
            false,
            "",
            "",
            false,
            false,
            null,
            was.picture(),
            was.timeZone(),
            was.version()));
  }

  /** Logs the changes and notifies all connected supporters and admins. */
  Creator announceChange(
      Transaction tx, UserId actor, CreatorRow after, List<FieldChange> changes) {
    activityLog.recordWithoutNotice(
        tx, after.id(), actor, ActivityKind.CREATOR_CHANGED, new ProfileDetails(changes));
    Set<UserId> everyone = creatorRoles.audienceOf(tx, after);
    Message message = CreatorUpdates.toMessage(after.creator());
    tx.afterCommit(() -> broadcast.accept(message, everyone));
    return after.creator();
  }

  private static List<FieldChange> findChanges(Creator before, Creator after) {
    return new ChangeCollector()
        .compareField(ChangedField.NAME, before.name(), after.name())
        .compareField(ChangedField.ACCEPTING, before.accepting(), after.accepting())
        .compareField(ChangedField.NOTICE, before.notice(), after.notice())
        .compareContent(
            ChangedField.RULES,
            before.rules(),
            after.rules(),
            !before.rules().isEmpty(),
            !after.rules().isEmpty())
        .compareField(ChangedField.SHOWS_ASKED, before.showsAsked(), after.showsAsked())
        .compareField(ChangedField.SELF_SERVICE, before.selfService(), after.selfService())
        .compareField(
            ChangedField.COLOUR, nullToEmpty(before.colour()), nullToEmpty(after.colour()))
        .compareField(ChangedField.TIME_ZONE, before.timeZone(), after.timeZone())
        .toList();
  }

  private static String nullToEmpty(@Nullable String text) {
    return text == null ? "" : text;
  }
}
