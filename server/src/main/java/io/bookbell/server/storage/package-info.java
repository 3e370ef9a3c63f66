/** Access to the database: transactions, writers, migrations, and conversions of column types. */
@NullMarked
package io.bookbell.server.storage;

import org.jspecify.annotations.NullMarked;
