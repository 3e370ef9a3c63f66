package io.bookbell.server.creator;

import io.bookbell.hub.Message;
import io.bookbell.hub.UserId;
import io.bookbell.server.activity.Activity;
import io.bookbell.server.storage.Transaction;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * What a creator shows to supporters: name, look, notice, whether requests are accepted.
 * Thread-safe.
 */
public final class Profile {
  private final Creators creators;
  private final Roles roles;
  private final Activity activity;
  private final BiConsumer<Message, Set<UserId>> broadcast;

  /**
   * Creates the service.
   *
   * @param broadcast sends an unnumbered message to users, after the commit
   */
  public Profile(
      Creators creators,
      Roles roles,
      Activity activity,
      BiConsumer<Message, Set<UserId>> broadcast) {
    this.creators = creators;
    this.roles = roles;
    this.activity = activity;
    this.broadcast = broadcast;
  }

  /** What is to change; what is empty stays, but an empty colour takes it away. */
  public record Changes(
      Optional<String> name,
      Optional<Boolean> accepting,
      Optional<String> notice,
      Optional<String> rules,
      Optional<Boolean> showsAsked,
      Optional<Boolean> selfService,
      Optional<String> colour) {
    private Creator of(Creator before) {
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

  /** For supporters and admins. */
  public Creator get(Transaction tx, UserId user, UserId creatorId) {
    CreatorRow creator = creators.get(tx, creatorId);
    roles.requireMember(tx, creator, user);
    return creator.creator();
  }

  /** Changes what is shown and tells every supporter and admin who is connected. */
  public Creator change(Transaction tx, UserId actor, UserId creatorId, Changes changes) {
    CreatorRow before = creators.lock(tx, creatorId);
    roles.requireCreator(tx, before, actor);
    Creator wanted = changes.of(before.creator());
    if (wanted.equals(before.creator())) {
      return wanted;
    }
    CreatorRow after = creators.update(tx, before, wanted);
    return announce(tx, actor, after, describe(before, after));
  }

  /** Notes who has changed what, and tells every supporter and admin who is connected. */
  Creator announce(Transaction tx, UserId actor, CreatorRow after, String change) {
    activity.recordTold(tx, after.id(), actor, "creator_changed", change);
    Set<UserId> everyone = roles.everyone(tx, after);
    Message message = CreatorUpdates.message(after.creator());
    tx.afterCommit(() -> broadcast.accept(message, everyone));
    return after.creator();
  }

  private static String describe(CreatorRow before, CreatorRow after) {
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
