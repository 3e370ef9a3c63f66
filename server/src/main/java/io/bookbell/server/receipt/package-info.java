/** What the devices of users have received, and how long messages are kept for them. */
@NullMarked
package io.bookbell.server.receipt;

import org.jspecify.annotations.NullMarked;
