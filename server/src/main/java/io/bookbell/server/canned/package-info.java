/** Saved replies ({@code canned_response} in the API and the database). */
@NullMarked
package io.bookbell.server.canned;

import org.jspecify.annotations.NullMarked;
