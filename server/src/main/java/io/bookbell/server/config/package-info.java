/** What an operator sets, and what is expected of it. */
@NullMarked
package io.bookbell.server.config;

import org.jspecify.annotations.NullMarked;
