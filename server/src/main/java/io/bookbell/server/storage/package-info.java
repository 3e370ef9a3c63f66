/**
 * Access to the database: transactions, shared commits, failures, and conversions of column types.
 */
@NullMarked
package io.bookbell.server.storage;

import org.jspecify.annotations.NullMarked;
