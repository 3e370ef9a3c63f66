/** Notifications of a browser whose page is closed (Web Push, RFC 8030). */
@NullMarked
package io.bookbell.server.webpush;

import org.jspecify.annotations.NullMarked;
