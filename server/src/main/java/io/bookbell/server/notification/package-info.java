/** Notifications and whether they have been read. */
@NullMarked
package io.bookbell.server.notification;

import org.jspecify.annotations.NullMarked;
