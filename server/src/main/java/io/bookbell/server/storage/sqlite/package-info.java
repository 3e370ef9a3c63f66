/**
 * SQLite: one writer connection, a pool of readers, the write-ahead log and the reserve for a full
 * disk.
 */
@NullMarked
package io.bookbell.server.storage.sqlite;

import org.jspecify.annotations.NullMarked;
