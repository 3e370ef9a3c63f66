/** Backups: a whole installation in one portable file. */
@NullMarked
package io.bookbell.server.backup;

import org.jspecify.annotations.NullMarked;
