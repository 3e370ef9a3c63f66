package io.bookbell.server.news;

import io.bookbell.server.http.Caller;
import io.bookbell.server.http.JsonBody;
import io.bookbell.server.outbox.NewsKind;
import io.bookbell.server.outbox.NewsTarget;
import io.bookbell.server.storage.Transaction;
import java.util.Map;
import java.util.Optional;

/**
 * A kind of channel that people can choose in their settings. There is one for each kind that this
 * installation can send. Thread-safe.
 */
public interface ChannelKind {
  NewsKind kind();

  /**
   * Reads where news is to be sent from a channel in the settings, which has at least the field
   * {@code target}.
   */
  ChannelAddress parseAddress(JsonBody channel);

  /**
   * Binds an address to the caller who enters it. By default it stays as it is.
   *
   * @param sentBack the channel, if the caller names it instead of entering a new one
   */
  default ChannelAddress bind(
      ChannelAddress address, Caller caller, Optional<NewsTarget> sentBack) {
    return address;
  }

  /** The fields of a channel that its owner sees, besides those of every kind. */
  Map<String, Object> describe(NewsTarget target);

  /** Whether the owner of an address has to agree before anything else is sent there. */
  boolean needsConsent();

  /** Asks the owner of an address to agree. Called if {@link #needsConsent}. */
  void askForConsent(Transaction tx, NewsTarget target, String language);

  /** Prepares a channel that was just created. By default there is nothing to do. */
  default void onCreated(Transaction tx, NewsTarget target) {}

  /**
   * Where news is sent.
   *
   * @param details JSON that only the kind's transport reads
   */
  record ChannelAddress(String address, String details) {
    /** Without the secrets that it may contain. */
    @Override
    public String toString() {
      return "ChannelAddress";
    }
  }
}
