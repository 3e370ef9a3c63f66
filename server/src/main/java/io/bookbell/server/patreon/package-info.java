/** Patreon: its API, its webhooks, and connecting accounts by OAuth. */
@NullMarked
package io.bookbell.server.patreon;

import org.jspecify.annotations.NullMarked;
