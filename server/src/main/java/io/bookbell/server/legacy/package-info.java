/** The replaced system's channel, used while users move from that system to this one. */
@NullMarked
package io.bookbell.server.legacy;

import org.jspecify.annotations.NullMarked;
