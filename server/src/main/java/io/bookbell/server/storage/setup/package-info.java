/** Opens the configured database with everything it needs: folder, lock, libraries, migrations. */
@NullMarked
package io.bookbell.server.storage.setup;

import org.jspecify.annotations.NullMarked;
