/** Invitation links for supporters and team members. */
@NullMarked
package io.bookbell.server.invitation;

import org.jspecify.annotations.NullMarked;
