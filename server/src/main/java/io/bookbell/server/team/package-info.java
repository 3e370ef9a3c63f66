/** Those who answer besides the creator, and the cached admin look-up. */
@NullMarked
package io.bookbell.server.team;

import org.jspecify.annotations.NullMarked;
