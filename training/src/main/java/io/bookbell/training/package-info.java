/**
 * Creates the server's class cache: starts the packaged server, has it do what most users do on
 * most days, and lets Java record that. Run by {@code bookbell prepare}.
 */
@NullMarked
package io.bookbell.training;

import org.jspecify.annotations.NullMarked;
