package io.bookbell.server.creator;

import io.bookbell.hub.UserId;
import org.jspecify.annotations.Nullable;

/**
 * A creator's profile, in the form that supporters and admins see.
 *
 * @param notice a text for all supporters; empty for none
 * @param rules what to observe when making a request; empty for none
 * @param showsAsked whether supporters may see which books others requested; they never see who
 *     requested them
 * @param selfService whether team members may answer their own requests and grant requests to
 *     themselves
 * @param colour such as {@code #7a3b2e}; null for the page's default
 * @param picture the URL of the profile picture, with the base path; null for none
 * @param timeZone in which the months and weeks of tiers begin, such as {@code Europe/Berlin}
 * @param version incremented with every change, so that clients can drop outdated state messages
 */
public record Creator(
    UserId id,
    String name,
    boolean accepting,
    String notice,
    String rules,
    boolean showsAsked,
    boolean selfService,
    @Nullable String colour,
    @Nullable String picture,
    String timeZone,
    long version) {

  /** A creator whose months and weeks are those of UTC. */
  public Creator(
      UserId id,
      String name,
      boolean accepting,
      String notice,
      String rules,
      boolean showsAsked,
      boolean selfService,
      @Nullable String colour,
      @Nullable String picture,
      long version) {
    this(
        id,
        name,
        accepting,
        notice,
        rules,
        showsAsked,
        selfService,
        colour,
        picture,
        "UTC",
        version);
  }
}
