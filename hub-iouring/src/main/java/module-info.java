/** Lets the hub write to many sockets with one system call, through Linux's io_uring. */
module io.bookbell.hub.iouring {
  requires io.bookbell.hub;
  requires static org.jspecify;

  provides io.bookbell.hub.BatchSenderProvider with
      io.bookbell.hub.iouring.IoUringProvider;
}
