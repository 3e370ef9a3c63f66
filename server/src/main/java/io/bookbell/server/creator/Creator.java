package io.bookbell.server.creator;

import io.bookbell.hub.UserId;
import org.jspecify.annotations.Nullable;

/**
 * What supporters and admins see of a creator.
 *
 * @param notice a text for all supporters; empty when there is none
 * @param rules what to heed when asking; empty when there are none
 * @param showsAsked whether supporters may see what others asked for, though never who
 * @param selfService whether team members may answer their own requests and grant to themselves
 * @param colour such as {@code #7a3b2e}; null for the page's own
 * @param picture where it is; null when there is none
 * @param version grows with every change, so that a client can drop what it has overtaken
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
    long version) {}
