package io.bookbell.bench.fanout;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The servers to compare with and the commands that start them. {@code bench/peers/install}
 * installs them.
 */
enum Peer {
  C("C, a loop of send()", "/ws", Server.Greeting.NONE) {
    @Override
    List<String> command(Path peers, Path work, int port) {
      return List.of(peers.resolve("build/send-loop").toString(), "" + port);
    }
  },
  RING("C, io_uring", "/ws", Server.Greeting.NONE) {
    @Override
    List<String> command(Path peers, Path work, int port) {
      return List.of(peers.resolve("build/send-ring").toString(), "" + port);
    }
  },
  BUN("uWebSockets (Bun)", "/ws", Server.Greeting.NONE) {
    @Override
    List<String> command(Path peers, Path work, int port) {
      return List.of(peers.resolve("node_modules/.bin/bun").toString(), "bun.js");
    }
  },
  NCHAN("nginx nchan", "/ws", Server.Greeting.NONE) {
    @Override
    List<String> command(Path peers, Path work, int port) {
      return List.of(peers.resolve("nchan").toString(), "" + port, work.toString());
    }

    @Override
    Path needed(Path peers) {
      return onPath("nginx").orElse(peers.resolve("nginx"));
    }
  },
  WS("Node ws", "/ws", Server.Greeting.NONE) {
    @Override
    List<String> command(Path peers, Path work, int port) {
      return List.of("node", "ws.mjs");
    }

    @Override
    Path needed(Path peers) {
      return peers.resolve("node_modules/ws");
    }
  },
  SOCKET_IO("Socket.IO", "/socket.io/?EIO=4&transport=websocket", Server.Greeting.ENGINE_IO) {
    @Override
    List<String> command(Path peers, Path work, int port) {
      return List.of("node", "socket-io.mjs");
    }

    @Override
    Path needed(Path peers) {
      return peers.resolve("node_modules/socket.io");
    }
  },
  SPRING("Spring (Tomcat)", "/ws", Server.Greeting.NONE) {
    @Override
    List<String> command(Path peers, Path work, int port) {
      String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
      return List.of(java, "-jar", jar(peers).toString());
    }

    @Override
    Path needed(Path peers) {
      return jar(peers);
    }

    private Path jar(Path peers) {
      return peers.resolve("build/spring/spring.jar");
    }
  },
  PYTHON("Python (FastAPI)", "/ws", Server.Greeting.NONE) {
    @Override
    List<String> command(Path peers, Path work, int port) {
      return List.of(peers.resolve("build/python/bin/python").toString(), "replaced.py");
    }
  };

  private final String title;
  private final String path;
  private final Server.Greeting greeting;

  Peer(String title, String path, Server.Greeting greeting) {
    this.title = title;
    this.path = path;
    this.greeting = greeting;
  }

  String title() {
    return title;
  }

  String path() {
    return path;
  }

  Server.Greeting greeting() {
    return greeting;
  }

  abstract List<String> command(Path peers, Path work, int port);

  /** Returns a file that exists if and only if the peer is installed. */
  Path needed(Path peers) {
    return Path.of(command(peers, peers, 0).getFirst());
  }

  boolean isInstalled(Path peers) {
    return Files.exists(needed(peers));
  }

  private static Optional<Path> onPath(String program) {
    return Arrays.stream(System.getenv("PATH").split(File.pathSeparator, -1))
        .map(folder -> Path.of(folder, program))
        .filter(Files::isExecutable)
        .findFirst();
  }
}
