/** Tiers, supporters and the ledger that says what each has used. */
@NullMarked
package io.bookbell.server.quota;

import org.jspecify.annotations.NullMarked;
