/** Schema migrations: their history, the lock that one node holds, and their progress. */
@NullMarked
package io.bookbell.server.storage.migration;

import org.jspecify.annotations.NullMarked;
