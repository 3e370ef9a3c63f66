/**
 * The workload with which a newly built server is run once, while Java records what it should have
 * ready at the next start.
 */
@NullMarked
package io.bookbell.server.rehearsal;

import org.jspecify.annotations.NullMarked;
