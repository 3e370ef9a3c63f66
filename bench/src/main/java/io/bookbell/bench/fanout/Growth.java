package io.bookbell.bench.fanout;

import io.bookbell.bench.process.Processes;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.Semaphore;
import java.util.function.IntFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Measures how the cost of a command depends on the numbers of stored requests and connections. */
@Command(
    name = "growth",
    description = "Costs of a command by requests stored and by connections, on SQLite.",
    mixinStandardHelpOptions = true,
    showDefaultValues = true)
public final class Growth implements Callable<Integer> {
  private static final int UNDER_WAY = 4;
  private static final Pattern ID = Pattern.compile("\"id\":(\\d+)");

  @Option(names = "--requests", split = ",", description = "How many are stored.")
  private List<Integer> requests = List.of(1_000, 100_000, 1_000_000);

  @Option(names = "--connections", split = ",", description = "How many are connected.")
  private List<Integer> connections = List.of(100, 1_000, 18_000);

  @Option(names = "--commands", description = "How many of each kind are measured.")
  private int commands = 3_000;

  @Option(names = "--home", required = true, hidden = true, description = "The source tree.")
  private Path home = Path.of("");

  private int lastBook;

  /** The server's cost of one request: CPU time in µs, and the time to the response in ms. */
  private record Cost(double cpuMicros, double millis) {}

  public static void main(String[] arguments) {
    System.exit(new CommandLine(new Growth()).execute(arguments));
  }

  @Override
  public Integer call() throws Exception {
    System.out.printf(
        "CPU µs of the server for each, and p50 ms to the answer, %d under way:%n%n", UNDER_WAY);
    System.out.println(
        "| requests stored | connections | ask for a book | approve | inbox's page | find a title |");
    System.out.println("|---:|---:|---:|---:|---:|---:|");
    for (int stored : requests) {
      measure(stored, connections.getFirst());
    }
    for (int connected : connections.subList(1, connections.size())) {
      measure(requests.getFirst(), connected);
    }
    return 0;
  }

  private void measure(int stored, int connected) throws Exception {
    Path work = Files.createTempDirectory("bookbell-bench");
    int supporters = Math.max(connected, 1_000); // rate limit: 100 requests a minute each
    try (BookbellServer server = BookbellServer.start(home, work, supporters, stored);
        Swarm swarm = new Swarm(server, new Tally())) {
      swarm.growTo(connected);
      List<Integer> asked = new ArrayList<>();
      round(server, supporters, asked);
      asked.clear();
      List<Cost> costs = round(server, supporters, asked);
      StringBuilder row = new StringBuilder("| %d | %d |".formatted(stored, connected));
      for (Cost cost : costs) {
        row.append(String.format(Locale.ROOT, " %.0f, %.1f |", cost.cpuMicros, cost.millis));
      }
      System.out.println(row);
    }
  }

  private List<Cost> round(BookbellServer server, int supporters, List<Integer> asked)
      throws InterruptedException {
    Cost asking = cost(server, number -> ask(server, supporters), asked);
    List<Integer> ids = List.copyOf(asked);
    Cost approving = cost(server, number -> approve(server, ids.get(number)), asked);
    Cost listing = cost(server, number -> get(server, "&status=pending&limit=50"), asked);
    Cost finding = cost(server, number -> get(server, "&q=ook%20" + (number + 100)), asked);
    return List.of(asking, approving, listing, finding);
  }

  private Cost cost(
      BookbellServer server, IntFunction<HttpRequest.Builder> request, List<Integer> ids)
      throws InterruptedException {
    var free = new Semaphore(UNDER_WAY);
    double[] millis = new double[commands];
    int[] id = new int[commands];
    long before = Processes.cpuMicros(server.process());
    for (int number = 0; number < commands; number++) {
      free.acquire();
      int place = number;
      long begin = System.nanoTime();
      var _ =
          server
              .request(request.apply(number))
              .thenAccept(answer -> id[place] = idOf(answer))
              .whenComplete(
                  (_, failure) -> {
                    if (failure != null) {
                      System.err.println(failure.getMessage());
                    }
                    millis[place] = (System.nanoTime() - begin) / 1e6;
                    free.release();
                  });
    }
    free.acquire(UNDER_WAY);
    double cpu = Processes.cpuMicros(server.process()) - before;
    IntStream.of(id).filter(known -> known > 0).forEach(ids::add);
    Arrays.sort(millis);
    return new Cost(cpu / commands, millis[commands / 2]);
  }

  private static int idOf(HttpResponse<String> answer) {
    Matcher id = ID.matcher(answer.body());
    return answer.statusCode() == 201 && id.find() ? Integer.parseInt(id.group(1)) : 0;
  }

  private HttpRequest.Builder ask(BookbellServer server, int supporters) {
    int number = lastBook++;
    String body =
        "{\"creator_id\":%d,\"title\":\"New %d\",\"author\":\"Somebody\"}"
            .formatted(Population.CREATOR, number);
    return server
        .as(Population.supporter(number % supporters), "/api/book-requests")
        .POST(BodyPublishers.ofString(body));
  }

  private static HttpRequest.Builder approve(BookbellServer server, int id) {
    return server
        .as(Population.CREATOR, "/api/book-requests/" + id + "/respond")
        .POST(BodyPublishers.ofString("{\"status\":\"approved\"}"));
  }

  private static HttpRequest.Builder get(BookbellServer server, String query) {
    return server
        .as(Population.CREATOR, "/api/book-requests?creator_id=" + Population.CREATOR + query)
        .GET();
  }
}
