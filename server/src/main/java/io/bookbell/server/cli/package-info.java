/** The command line: one class for each command, and how a command reports its failure. */
@NullMarked
package io.bookbell.server.cli;

import org.jspecify.annotations.NullMarked;
