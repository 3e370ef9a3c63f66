/**
 * Moving over: imports the data of the replaced system, as often as wanted, and exports what
 * changed here back to it.
 */
@NullMarked
package io.bookbell.server.transfer;

import org.jspecify.annotations.NullMarked;
