/**
 * Real-time delivery. Knows users, connections and messages, and nothing of what they are about.
 */
@NullMarked
package io.bookbell.hub;

import org.jspecify.annotations.NullMarked;
