/** Compares the stored schema with the one that the migrations make. */
@NullMarked
package io.bookbell.server.storage.check;

import org.jspecify.annotations.NullMarked;
