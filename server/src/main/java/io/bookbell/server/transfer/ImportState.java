package io.bookbell.server.transfer;

import io.bookbell.hub.UserId;
import io.bookbell.server.storage.Transaction;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;

/**
 * What the steps of one import share: its transaction and report, and what earlier steps have
 * found. It holds people, not requests. Confined to the transaction's thread.
 */
final class ImportState {
  /**
   * PostgreSQL keeps the plans of statements, and those that it makes while the tables are empty
   * would read whole tables for the rest of the transaction.
   */
  private static final String USE_INDEXES = "SET LOCAL enable_seqscan = off";

  final Transaction tx;
  final LegacyDatabase source;
  final QueryMapping mapping;
  final ImportReport report;
  final ImportProgress progress;
  final LegacyTexts texts;
  final ImportedRowStore rows = new ImportedRowStore();

  /** The creators that were imported. */
  final Set<UserId> creators = new TreeSet<>();

  /** Supporters whose ledger has to be written. */
  final Set<SupporterKey> stale = new TreeSet<>();

  /** By how much counters have changed there since the last import. */
  final Map<SupporterKey, Integer> counterGrowth = new HashMap<>();

  /** Supporters that were read in this import. */
  final Set<SupporterKey> supporters = new HashSet<>();

  /** People whose rows were read, and who have removed their accounts here. */
  final Set<UserId> removed = new HashSet<>();

  /** The highest id that was read and that the replaced system has given. */
  private final Map<RowKind, Long> highestIds = new EnumMap<>(RowKind.class);

  ImportState(
      Transaction tx,
      LegacyDatabase source,
      QueryMapping mapping,
      ImportReport report,
      ImportProgress progress) {
    this.tx = tx;
    this.source = source;
    this.mapping = mapping;
    this.report = report;
    this.progress = progress;
    this.texts = new LegacyTexts(report);
    if (tx.isPostgres()) {
      tx.update(USE_INDEXES);
    }
  }

  /** Reads a query in batches, and shows how far it is. */
  void forEachBatch(LegacyQuery query, Consumer<List<LegacyRow>> consumer) {
    progress.begin(query.queryName(), source.countRows(mapping, query));
    source.forEachBatch(
        mapping,
        query,
        batch -> {
          consumer.accept(batch);
          progress.advance(batch.size());
        });
    progress.end();
  }

  /**
   * Notes which ids were read, except for those that were given here and exported. On SQLite, these
   * count, too: the replaced system's next ids follow them.
   */
  void noteIds(RowKind kind, Collection<Long> ids) {
    long highest = highestIds.getOrDefault(kind, 0L);
    List<Long> higher = ids.stream().filter(id -> id > highest).toList();
    if (higher.isEmpty()) {
      return;
    }
    Set<Long> ours = source.isPostgres() ? rows.findExported(tx, kind, higher) : Set.of();
    higher.stream()
        .filter(id -> !ours.contains(id))
        .forEach(id -> highestIds.merge(kind, id, Math::max));
  }

  Optional<Long> highestId(RowKind kind) {
    return Optional.ofNullable(highestIds.get(kind));
  }
}
