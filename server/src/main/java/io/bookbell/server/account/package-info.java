/** Accounts, passwords, sessions and WebSocket tickets. */
@NullMarked
package io.bookbell.server.account;

import org.jspecify.annotations.NullMarked;
