/** Who may see and do what, put together from the team and the supporters. */
@NullMarked
package io.bookbell.server.access;

import org.jspecify.annotations.NullMarked;
