/**
 * Compares the traffic that each node receives with addressed messages and with one channel for
 * everything.
 */
@NullMarked
package io.bookbell.bench.nodes;

import org.jspecify.annotations.NullMarked;
