/** How the operator sees that all is well. */
@NullMarked
package io.bookbell.server.monitoring;

import org.jspecify.annotations.NullMarked;
