package io.bookbell.server.mail;

import io.bookbell.server.outbox.NewsTarget;
import io.bookbell.server.storage.Transaction;
import java.util.Map;
import java.util.Optional;

/**
 * A kind of mail that isn't news, such as an invitation or a password reset, usually with a link.
 */
@FunctionalInterface
public interface TransactionalMail {
  /**
   * Creates the link, in the transaction before the mail is sent.
   *
   * @return empty if the mail isn't wanted any more
   */
  Optional<MailLink> prepare(Transaction tx, NewsTarget target, TransactionalMailDetails details);

  /**
   * A link and the values of the mail's texts.
   *
   * @param path of the link, from the public URL on; empty if there is nothing to open
   * @param language of the mail
   */
  record MailLink(String path, String language, Map<String, String> values) {
    /** Without the secret. */
    @Override
    public String toString() {
      return "MailLink";
    }
  }
}
