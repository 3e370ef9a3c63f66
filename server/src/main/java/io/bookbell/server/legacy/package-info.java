/** The replaced system's channel, for the time in which users move from that system to this one. */
@NullMarked
package io.bookbell.server.legacy;

import org.jspecify.annotations.NullMarked;
