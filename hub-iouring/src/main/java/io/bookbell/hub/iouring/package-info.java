/**
 * Sends to many sockets with one system call, through Linux's io_uring. Optional: the hub finds
 * {@link io.bookbell.hub.iouring.IoUringProvider} with {@link java.util.ServiceLoader}.
 */
@NullMarked
package io.bookbell.hub.iouring;

import org.jspecify.annotations.NullMarked;
