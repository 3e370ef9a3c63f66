package io.bookbell.server.creator;

import io.bookbell.hub.Message;
import io.bookbell.hub.UserId;
import io.bookbell.server.activity.ActivityLog;
import io.bookbell.server.storage.Transaction;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads and changes a creator's profile: name, appearance, notice, rules, and whether requests are
 * accepted. Thread-safe.
 */
public final class ProfileService {
  private final CreatorStore creatorStore;
  private final CreatorRoles creatorRoles;
  private final ActivityLog activityLog;
  private final BiConsumer<Message, Set<UserId>> broadcast;

  /**
   * Creates the service.
   *
   * @param broadcast sends a state message to users, after the commit
   */
  public ProfileService(
      CreatorStore creatorStore,
      CreatorRoles creatorRoles,
      ActivityLog activityLog,
      BiConsumer<Message, Set<UserId>> broadcast) {
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
      Optional<String> colour) {
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
          before.version());
    }

    private static @Nullable String emptyToNull(String text) {
      return text.isEmpty() ? null : text;
    }
  }

  /** Returns the profile; for supporters and admins. */
  public Creator get(Transaction tx, UserId user, UserId creatorId) {
    CreatorRow creator = creatorStore.get(tx, creatorId);
    creatorRoles.requireMember(tx, creator, user);
    return creator.creator();
  }

  /** Changes the profile and notifies all connected supporters and admins; for the creator. */
  public Creator update(
      Transaction tx, UserId actor, UserId creatorId, ProfileChanges profileChanges) {
    CreatorRow before = creatorStore.lockCreator(tx, creatorId);
    creatorRoles.requireCreator(tx, before, actor);
    Creator wanted = profileChanges.applyTo(before.creator());
    if (wanted.equals(before.creator())) {
      return wanted;
    }
    CreatorRow after = creatorStore.update(tx, before, wanted);
    return announceChange(tx, actor, after, describeChange(before, after));
  }

  /** Logs the change and notifies all connected supporters and admins. */
  Creator announceChange(Transaction tx, UserId actor, CreatorRow after, String change) {
    activityLog.recordWithoutNotice(tx, after.id(), actor, "creator_changed", change);
    Set<UserId> everyone = creatorRoles.audienceOf(tx, after);
    Message message = CreatorUpdates.toMessage(after.creator());
    tx.afterCommit(() -> broadcast.accept(message, everyone));
    return after.creator();
  }

  private static String describeChange(CreatorRow before, CreatorRow after) {
    Creator was = before.creator();
    Creator is = after.creator();
    if (was.accepting() != is.accepting()) {
      return is.accepting() ? "Accepting requests again" : "Requests paused";
    }
    if (!was.rules().equals(is.rules())) {
      return is.rules().isEmpty() ? "Rules removed" : "Rules changed";
    }
    if (was.showsAsked() != is.showsAsked()) {
      return is.showsAsked() ? "What was asked for is shown" : "What was asked for is hidden";
    }
    if (was.selfService() != is.selfService()) {
      return is.selfService()
          ? "The team may answer its own requests"
          : "The team may not answer its own requests";
    }
    if (!was.notice().equals(is.notice())) {
      return "Notice: " + is.notice();
    }
    return was.name().equals(is.name()) ? "New colour" : "Renamed to " + is.name();
  }
}
