/**
 * Three nodes as real processes on one PostgreSQL and one Redis, under load, while what they stand
 * on fails: whether anything is lost or comes twice.
 */
package io.bookbell.server.faults;
