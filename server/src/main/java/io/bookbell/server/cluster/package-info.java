/**
 * What several nodes on one database share: leases on connection slots, and polling for new inbox
 * rows.
 */
@NullMarked
package io.bookbell.server.cluster;

import org.jspecify.annotations.NullMarked;
