/** Health checks and metrics for the operator. */
@NullMarked
package io.bookbell.server.monitoring;

import org.jspecify.annotations.NullMarked;
