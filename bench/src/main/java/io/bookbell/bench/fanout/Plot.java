package io.bookbell.bench.fanout;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Draws results as a bar chart in SVG 1.1. Stateless. */
final class Plot {
  private static final int BAR = 18;
  private static final int GAP = 30;
  private static final int NAMES = 170;
  private static final int BARS = 480;
  private static final int FIGURES = 70;

  private Plot() {}

  /**
   * Draws the CPU time per delivery: one group per load, one bar per server. Leaves out loads with
   * a single connection, whose deliveries cost hundreds of times as much.
   */
  static String cpuPerDelivery(List<Result> all) {
    List<Result> results = all.stream().filter(result -> result.load().connections() > 1).toList();
    double most = results.stream().mapToDouble(Result::cpuMicros).max().orElse(1);
    Map<Result.Case, List<Result>> groups = new LinkedHashMap<>();
    results.forEach(
        result -> groups.computeIfAbsent(result.load(), _ -> new ArrayList<>()).add(result));
    StringBuilder body = new StringBuilder();
    int y = GAP;
    for (Map.Entry<Result.Case, List<Result>> group : groups.entrySet()) {
      body.append(title(group.getKey(), y));
      y += BAR;
      List<Result> bars = new ArrayList<>(group.getValue());
      bars.sort(Comparator.comparingDouble(Result::cpuMicros));
      for (Result result : bars) {
        body.append(bar(result, y, BARS * result.cpuMicros() / most));
        y += BAR;
      }
      y += GAP;
    }
    int width = NAMES + BARS + FIGURES;
    return """
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" font-family="sans-serif" \
        font-size="12" fill="#222"><rect width="100%%" height="100%%" fill="#fff"/>
        %s</svg>
        """
        .formatted(width, y, body);
  }

  private static String title(Result.Case load, int y) {
    return "<text x=\"10\" y=\"%d\" font-weight=\"bold\">%d connections, %d in flight: CPU µs a delivery</text>%n"
        .formatted(y, load.connections(), load.inFlight());
  }

  private static String bar(Result result, int y, double length) {
    String colour = result.server().equals("Bookbell") ? "#b3541e" : "#8aa0b4";
    return String.format(
        Locale.ROOT,
        """
        <text x="10" y="%d">%s</text><rect x="%d" y="%d" width="%.1f" height="%d" fill="%s"/>\
        <text x="%.1f" y="%d">%.2f</text>
        """,
        y + 4,
        result.server(),
        NAMES,
        y - 8,
        Math.max(1, length),
        BAR - 4,
        colour,
        NAMES + length + 6,
        y + 4,
        result.cpuMicros());
  }
}
