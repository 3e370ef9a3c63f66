/** Tiers, memberships, quotas and the quota ledger. */
@NullMarked
package io.bookbell.server.quota;

import org.jspecify.annotations.NullMarked;
