/** Every user's durable sequence of messages. */
@NullMarked
package io.bookbell.server.inbox;

import org.jspecify.annotations.NullMarked;
