/** Team members and the cache of admins. */
@NullMarked
package io.bookbell.server.team;

import org.jspecify.annotations.NullMarked;
