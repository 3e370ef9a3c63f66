package io.bookbell.server.mail;

import static java.util.concurrent.TimeUnit.MILLISECONDS;

import io.bookbell.server.config.ServerConfig.MailConfig;
import io.bookbell.server.outbox.SendResult;
import io.bookbell.server.outbox.SendResult.Accepted;
import io.bookbell.server.outbox.SendResult.ItemRefused;
import io.bookbell.server.outbox.SendResult.ServiceDown;
import io.bookbell.server.outbox.SendResult.TargetGone;
import io.bookbell.server.outbox.SendResult.TryAgain;
import jakarta.mail.MessagingException;
import jakarta.mail.internet.MimeMessage;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The SMTP server that delivers mails. Thread-safe.
 *
 * <p>Whoever gives up a mail that the server has taken sends it a second time (RFC 5321, 4.5.3.2).
 * So the server has much time for a mail that has begun, and little to greet and to accept a login.
 */
final class MailServer implements AutoCloseable {
  /** Servers check a mail for spam before they accept it, which can take minutes. */
  static final Duration TIMEOUT = Duration.ofMinutes(3);

  static final int CONNECTIONS = 4;

  /** How long a connection is kept for the next mail. */
  private static final Duration IDLE_TIMEOUT = Duration.ofSeconds(5);

  private static final Executor AFTER_A_PAUSE =
      CompletableFuture.delayedExecutor(
          IDLE_TIMEOUT.toMillis(), MILLISECONDS, Thread::startVirtualThread);

  /** The reply that there is no such mailbox or domain, or that it gets no mail (RFC 3463). */
  private static final Pattern NO_SUCH_ADDRESS =
      Pattern.compile("[0-9]{3}[ -]5\\.(?:1\\.(?:1|2|3|6|10)|2\\.1)\\b");

  private final MailConfig mailConfig;
  private final Duration timeout;
  private final MimeMessageFactory messages;

  /** One for each connection that may be used at a time. */
  private final Semaphore free = new Semaphore(CONNECTIONS, true);

  private final Deque<MailConnection> unused = new ConcurrentLinkedDeque<>();

  MailServer(MailConfig mailConfig, Duration timeout) {
    this.mailConfig = mailConfig;
    this.timeout = timeout;
    this.messages = new MimeMessageFactory(mailConfig);
  }

  /** How long {@link #send} may take: until there is a connection, and then for the mail. */
  Duration longestSend() {
    return timeout.multipliedBy(2).plusSeconds(5);
  }

  /**
   * Sends a mail, and waits until the server has accepted or refused it. The thread is a virtual
   * one, whose connection is closed when it is interrupted.
   */
  SendResult send(ComposedMail mail) throws InterruptedException {
    MimeMessage message;
    try {
      message = messages.toMessage(mail);
    } catch (MessagingException e) {
      return new ItemRefused(reasonOf(e));
    }
    if (!free.tryAcquire(timeout.toMillis(), MILLISECONDS)) {
      return new TryAgain("The mail server is busy with other mails");
    }
    try {
      sendNow(message);
      return new Accepted();
    } catch (IOException | MessagingException e) {
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
      return toResult(e);
    } finally {
      free.release();
    }
  }

  private void sendNow(MimeMessage message) throws IOException, MessagingException {
    Optional<MailConnection> kept = takeKept();
    if (kept.isPresent()) {
      try {
        sendOn(kept.get(), message);
        return;
      } catch (MessagingException e) {
        boolean hangs = e.getNextException() instanceof SocketTimeoutException;
        if (hangs || !kept.get().isAtSender()) {
          throw e;
        }
        // the server takes no further mail on this connection, or has closed it meanwhile
      }
    }
    sendOn(MailConnection.open(mailConfig, messages.session(), timeout), message);
  }

  private void sendOn(MailConnection connection, MimeMessage message) throws MessagingException {
    try {
      connection.send(message);
    } catch (MessagingException | RuntimeException e) {
      connection.close();
      throw e;
    }
    keep(connection);
  }

  private Optional<MailConnection> takeKept() {
    for (var kept = unused.poll(); kept != null; kept = unused.poll()) {
      if (kept.isOpen()) {
        return Optional.of(kept);
      }
      kept.close();
    }
    return Optional.empty();
  }

  private void keep(MailConnection connection) {
    unused.push(connection);
    AFTER_A_PAUSE.execute(
        () -> {
          if (unused.remove(connection)) {
            connection.close();
          }
        });
  }

  private static SendResult toResult(Exception failure) {
    var reasons = new LinkedHashSet<String>();
    for (@Nullable Exception cause = failure; cause != null; cause = nextOf(cause)) {
      switch (cause) {
        case SmtpRefusal refusal when refusal.isOfMail() -> {
          return toRefusal(refusal.code(), reasonOf(refusal));
        }
        case SocketTimeoutException _ -> {
          return new ServiceDown("The mail server doesn't answer");
        }
        case UnknownHostException _ -> {
          return new ServiceDown("There is no mail server of that name: " + cause.getMessage());
        }
        default -> reasons.add(reasonOf(cause));
      }
    }
    return new ServiceDown(String.join(": ", reasons));
  }

  private static @Nullable Exception nextOf(Exception failure) {
    return failure instanceof MessagingException chained ? chained.getNextException() : null;
  }

  private static SendResult toRefusal(int code, String reason) {
    if (code < 500) {
      return new TryAgain(reason);
    }
    return NO_SUCH_ADDRESS.matcher(reason).lookingAt()
        ? new TargetGone(reason)
        : new ItemRefused(reason);
  }

  private static String reasonOf(Exception failure) {
    return Objects.requireNonNullElse(failure.getMessage(), failure.getClass().getSimpleName())
        .strip();
  }

  @Override
  public void close() {
    for (var kept = unused.poll(); kept != null; kept = unused.poll()) {
      kept.close();
    }
  }
}
