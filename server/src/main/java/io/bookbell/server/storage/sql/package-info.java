/**
 * SQL as text: statements are constants with a {@code ?} for each value, rows are read by column
 * name.
 */
@NullMarked
package io.bookbell.server.storage.sql;

import org.jspecify.annotations.NullMarked;
