/** The wiring of the features, each of which has a package of its own. */
@NullMarked
package io.bookbell.server;

import org.jspecify.annotations.NullMarked;
