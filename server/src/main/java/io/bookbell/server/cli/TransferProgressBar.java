package io.bookbell.server.cli;

import io.bookbell.server.transfer.ImportProgress;
import java.io.PrintWriter;
import me.tongfei.progressbar.DelegatingProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/**
 * Shows the progress of an import or export: as a bar on a terminal, otherwise as a line at the end
 * of each step. The bar is drawn by a thread of its own; everything else is confined to one thread.
 */
final class TransferProgressBar implements ImportProgress, AutoCloseable {
  private static final int WIDTH = 79;

  private final PrintWriter out;
  private final boolean terminal;
  private @Nullable ProgressBar bar;
  private String step = "";
  private long done;

  TransferProgressBar(PrintWriter out) {
    this.out = out;
    this.terminal = isTerminal();
  }

  @SuppressWarnings("SystemConsoleNull") // it is null if standard input is not a terminal
  private static boolean isTerminal() {
    return System.console() != null && System.console().isTerminal();
  }

  @Override
  public void begin(String step, long rows) {
    close(); // in case the transaction began again in the middle of a step
    this.step = step;
    done = 0;
    if (terminal) {
      bar =
          new ProgressBarBuilder()
              .setTaskName(step)
              .setInitialMax(rows)
              .setStyle(ProgressBarStyle.ASCII)
              .setConsumer(new DelegatingProgressBarConsumer(this::draw, WIDTH))
              .build();
    }
  }

  private void draw(String line) {
    out.print("\r" + line);
    out.flush();
  }

  @Override
  public void advance(long rows) {
    done += rows;
    if (bar != null) {
      bar.stepBy(rows);
    }
  }

  @Override
  public void end() {
    if (bar == null) {
      out.println(step + ": " + done);
      out.flush();
    }
    close();
  }

  @Override
  public void close() {
    if (bar != null) {
      bar.close();
      out.println();
      out.flush();
      bar = null;
    }
  }
}
