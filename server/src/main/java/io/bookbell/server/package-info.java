/**
 * The application: the command line and the wiring of the features, each in a package of its own.
 */
@NullMarked
package io.bookbell.server;

import org.jspecify.annotations.NullMarked;
