/* The baseline: one thread, one send() per connection and text; built with -DRING, the sends are submitted in batches
   through io_uring instead. It sends the same response to every handshake, without computing the accept key, and
   implements only as much of HTTP and WebSocket framing as bench/fan-out needs. Usage: send-loop PORT */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>
#ifdef RING
#include <liburing.h>
#endif

enum { MOST_FDS = 65536, MOST_BODY = 60000 };

static int sockets[MOST_FDS];
static int place_of[MOST_FDS];
static int open_sockets;

static const char UPGRADED[] =
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";
static const char TAKEN[] = "HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n";

static void forget(int fd) {
  if (place_of[fd] >= 0) {
    int last = sockets[--open_sockets];
    sockets[place_of[fd]] = last;
    place_of[last] = place_of[fd];
    place_of[fd] = -1;
  }
  close(fd);
}

static void sent(ssize_t result, size_t length) {
  if (result == -EAGAIN || (result >= 0 && (size_t)result < length)) {
    fprintf(stderr, "a socket is full\n");
    exit(1);
  }
}

#ifdef RING
enum { BATCH = 256 };

static struct io_uring ring;

static void open_ring(void) {
  int failure = io_uring_queue_init(BATCH, &ring, IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN);
  if (failure) {
    fprintf(stderr, "io_uring: %s\n", strerror(-failure));
    exit(1);
  }
}

static void deliver(const char *frame, size_t length) {
  for (int from = 0; from < open_sockets; from += BATCH) {
    int count = open_sockets - from < BATCH ? open_sockets - from : BATCH;
    for (int i = 0; i < count; i++) {
      io_uring_prep_send(io_uring_get_sqe(&ring), sockets[from + i], frame, length, MSG_NOSIGNAL | MSG_DONTWAIT);
    }
    io_uring_submit_and_wait(&ring, (unsigned)count);
    struct io_uring_cqe *done[BATCH];
    unsigned ready = io_uring_peek_batch_cqe(&ring, done, BATCH);
    for (unsigned i = 0; i < ready; i++) sent(done[i]->res, length);
    io_uring_cq_advance(&ring, ready);
  }
}
#else
static void open_ring(void) {}

static void deliver(const char *frame, size_t length) {
  for (int i = 0; i < open_sockets; i++) {
    ssize_t result = send(sockets[i], frame, length, MSG_NOSIGNAL);
    sent(result < 0 ? -errno : result, length);
  }
}
#endif

static void send_to_all(const char *text, size_t length) {
  char frame[MOST_BODY + 4];
  size_t header = length < 126 ? 2 : 4;
  frame[0] = (char)0x81;
  if (length < 126) {
    frame[1] = (char)length;
  } else {
    frame[1] = 126;
    frame[2] = (char)(length >> 8);
    frame[3] = (char)length;
  }
  memcpy(frame + header, text, length);
  deliver(frame, header + length);
}

/* Assumes that each read is complete: a handshake, a request of a few hundred bytes, or a frame that needs no response. */
static void readable(int fd) {
  char buffer[MOST_BODY];
  ssize_t n = recv(fd, buffer, sizeof buffer - 1, 0);
  if (n <= 0) {
    if (n == 0 || errno != EAGAIN) forget(fd);
    return;
  }
  buffer[n] = 0;
  if (!strncmp(buffer, "GET ", 4)) {
    place_of[fd] = open_sockets;
    sockets[open_sockets++] = fd;
    send(fd, UPGRADED, sizeof UPGRADED - 1, MSG_NOSIGNAL);
  } else if (!strncmp(buffer, "POST ", 5)) {
    char *body = strstr(buffer, "\r\n\r\n") + 4;
    char *field = strcasestr(buffer, "content-length:");
    size_t length = strtoul(field + 15, NULL, 10);
    size_t have = (size_t)(buffer + n - body);
    while (have < length) {
      ssize_t more = recv(fd, body + have, length - have, 0);
      if (more > 0) have += (size_t)more;
    }
    send_to_all(body, length);
    send(fd, TAKEN, sizeof TAKEN - 1, MSG_NOSIGNAL);
  }
}

int main(int argc, char **argv) {
  struct rlimit limit;
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  memset(place_of, -1, sizeof place_of);
  int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  int one = 1;
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(argc > 1 ? argv[1] : "0"))};
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (bind(listener, (struct sockaddr *)&address, sizeof address) || listen(listener, 4096)) {
    perror("send-loop");
    return 1;
  }
  open_ring();
  int poll = epoll_create1(0);
  struct epoll_event event = {.events = EPOLLIN, .data.fd = listener};
  epoll_ctl(poll, EPOLL_CTL_ADD, listener, &event);
  for (struct epoll_event ready[256];;) {
    int count = epoll_wait(poll, ready, 256, -1);
    for (int i = 0; i < count; i++) {
      if (ready[i].data.fd != listener) {
        readable(ready[i].data.fd);
        continue;
      }
      int fd;
      while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        event.data.fd = fd;
        epoll_ctl(poll, EPOLL_CTL_ADD, fd, &event);
      }
    }
  }
}
