/**
 * Real processes that are killed under load or whose database, Redis, disk or network fails. The
 * tests check that nothing is lost or repeated, and that what is stored is right.
 */
package io.bookbell.server.resilience;
