package io.bookbell.server.storage;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** Splits what is too much for one statement or one transaction. Stateless. */
public final class Batches {
  private Batches() {}

  /** Returns the elements in their order, in lists of this size; the last one may be shorter. */
  public static <T> List<List<T>> split(Collection<T> all, int size) {
    List<T> list = List.copyOf(all);
    var batches = new ArrayList<List<T>>();
    for (int from = 0; from < list.size(); from += size) {
      batches.add(list.subList(from, Math.min(from + size, list.size())));
    }
    return batches;
  }
}
