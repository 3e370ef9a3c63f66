/** Every user's durable sequence of messages, and the epoch in which its numbers are valid. */
@NullMarked
package io.bookbell.server.inbox;

import org.jspecify.annotations.NullMarked;
