/** The operator's settings and their validation. */
@NullMarked
package io.bookbell.server.config;

import org.jspecify.annotations.NullMarked;
