/** Webhooks of creators, and chat services: news as HTTP requests to addresses outside. */
@NullMarked
package io.bookbell.server.webhook;

import org.jspecify.annotations.NullMarked;
