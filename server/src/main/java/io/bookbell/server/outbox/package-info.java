/**
 * News that leave this server: what is to be sent is written by the change it tells of, and sent by
 * one node at a time.
 */
@NullMarked
package io.bookbell.server.outbox;

import org.jspecify.annotations.NullMarked;
