/** What wants somebody's attention. */
@NullMarked
package io.bookbell.server.notification;

import org.jspecify.annotations.NullMarked;
