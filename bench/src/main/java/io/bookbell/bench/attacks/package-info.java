/** What strangers and users do to stop a server, and how others fare meanwhile. */
@NullMarked
package io.bookbell.bench.attacks;

import org.jspecify.annotations.NullMarked;
