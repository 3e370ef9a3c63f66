/** Crash tests: real processes that are killed under load, and the data they leave behind. */
package io.bookbell.server.crash;
