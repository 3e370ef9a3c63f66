/**
 * What a node receives of the traffic of all, by the doorbell and by one channel for everything.
 */
@NullMarked
package io.bookbell.bench.nodes;

import org.jspecify.annotations.NullMarked;
