/**
 * Fault injection: three nodes as real processes on one PostgreSQL and one Redis, under load, while
 * their infrastructure fails. The tests check that no message is lost or repeated.
 */
package io.bookbell.server.faults;
