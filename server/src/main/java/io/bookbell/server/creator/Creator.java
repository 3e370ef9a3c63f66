package io.bookbell.server.creator;

import io.bookbell.hub.UserId;

/**
 * What supporters and admins see of a creator.
 *
 * @param notice a text for all supporters; empty when there is none
 * @param rules what to heed when asking; empty when there are none
 * @param showsAsked whether supporters may see what others asked for, though never who
 * @param version grows with every change, so that a client can drop what it has overtaken
 */
public record Creator(
    UserId id,
    String name,
    boolean accepting,
    String notice,
    String rules,
    boolean showsAsked,
    long version) {}
