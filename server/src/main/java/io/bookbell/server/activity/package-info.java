/** The log of who did what. */
@NullMarked
package io.bookbell.server.activity;

import org.jspecify.annotations.NullMarked;
