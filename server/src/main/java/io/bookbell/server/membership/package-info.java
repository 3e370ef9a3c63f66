/**
 * How supporters are removed, blocked and imported, over several features, and how memberships
 * follow another service: who its members are, which tiers they're entitled to, and what follows
 * from that. Knows no particular service.
 */
@NullMarked
package io.bookbell.server.membership;

import org.jspecify.annotations.NullMarked;
