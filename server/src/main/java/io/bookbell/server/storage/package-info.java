/** The database: transactions, migrations, and the types that its columns have in Java. */
@NullMarked
package io.bookbell.server.storage;

import org.jspecify.annotations.NullMarked;
