/** The append-only activity log. */
@NullMarked
package io.bookbell.server.activity;

import org.jspecify.annotations.NullMarked;
