package io.bookbell.server.mail;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.NANOSECONDS;

import io.bookbell.server.config.ServerConfig.MailConfig;
import io.bookbell.server.http.CompletionFailures;
import io.bookbell.server.outbox.SendResult;
import io.bookbell.server.outbox.SendResult.Accepted;
import io.bookbell.server.outbox.SendResult.ItemRefused;
import io.bookbell.server.outbox.SendResult.ServiceDown;
import io.bookbell.server.outbox.SendResult.TargetGone;
import io.bookbell.server.outbox.SendResult.TryAgain;
import io.vertx.core.Vertx;
import io.vertx.ext.mail.LoginOption;
import io.vertx.ext.mail.MailClient;
import io.vertx.ext.mail.MailMessage;
import io.vertx.ext.mail.SMTPException;
import io.vertx.ext.mail.StartTLSOptions;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;
import javax.net.ssl.SSLSocketFactory;

/**
 * The SMTP server that delivers mails. Thread-safe.
 *
 * <p>Whoever gives up a mail that the server has taken sends it a second time (RFC 5321, 4.5.3.2).
 * So a mail has much time once it has begun, as long as the server greets others meanwhile, and it
 * begins only when a connection is free.
 */
final class MailServer implements AutoCloseable {
  /** Servers check a mail for spam before they accept it, which can take minutes. */
  static final Duration PATIENCE = Duration.ofMinutes(3);

  private static final Duration CONNECTING = Duration.ofSeconds(30);
  private static final Duration GREETING = Duration.ofSeconds(10);

  /** The client doesn't notice by itself that a connection was lost before the greeting. */
  private static final Duration LOOKED_AFTER = Duration.ofSeconds(15);

  static final int CONNECTIONS = 4;
  private static final int MOST_WAITING = 10_000;
  private static final Set<String> LOCAL = Set.of("localhost", "127.0.0.1", "::1", "[::1]");

  /**
   * How the client's messages about one mail begin. The others concern all mails, such as a refused
   * login or sender.
   */
  private static final Pattern ABOUT_THE_MAIL =
      Pattern.compile("^(?:recipient address|DATA command|sending data|no recipient|message)");

  /** There is no such mailbox or domain, or it gets no mail (RFC 3463). */
  private static final Pattern NO_SUCH_ADDRESS =
      Pattern.compile("\\b5\\.(?:1\\.(?:1|2|3|6|10)|2\\.1)\\b");

  private final Vertx vertx;
  private final MailConfig mailConfig;
  private final Duration patience;

  private volatile ConnectionPool pool;

  /** The connections of a client, until one of them hangs. */
  private static final class ConnectionPool {
    final MailClient client;

    /** One for each connection, taken until the client itself has done with a mail. */
    final Semaphore free = new Semaphore(CONNECTIONS, true);

    volatile boolean closed;

    ConnectionPool(MailClient client) {
      this.client = client;
    }

    void close() {
      closed = true;
      free.release(MOST_WAITING);
      var _ = client.close();
    }
  }

  MailServer(Vertx vertx, MailConfig mailConfig, Duration patience) {
    this.vertx = vertx;
    this.mailConfig = mailConfig;
    this.patience = patience;
    this.pool = openPool(vertx, mailConfig, patience);
  }

  private static ConnectionPool openPool(Vertx vertx, MailConfig mailConfig, Duration patience) {
    return new ConnectionPool(MailClient.create(vertx, toOptions(mailConfig, patience)));
  }

  /** Connections end when nothing comes, so that those that hang don't use up the pool. */
  private static io.vertx.ext.mail.MailConfig toOptions(MailConfig mailConfig, Duration patience) {
    boolean hasPassword = mailConfig.password().isPresent();
    boolean mayBePlain = !hasPassword || LOCAL.contains(mailConfig.host());
    var options = new io.vertx.ext.mail.MailConfig();
    options.setHostname(mailConfig.host());
    options.setPort(mailConfig.port());
    options.setSsl(mailConfig.secure());
    options.setHostnameVerificationAlgorithm("HTTPS");
    options.setStarttls(mayBePlain ? StartTLSOptions.OPTIONAL : StartTLSOptions.REQUIRED);
    options.setLogin(hasPassword ? LoginOption.REQUIRED : LoginOption.DISABLED);
    mailConfig.user().ifPresent(options::setUsername);
    mailConfig.password().ifPresent(options::setPassword);
    options.setConnectTimeout((int) Math.min(CONNECTING.toMillis(), patience.toMillis()));
    options.setIdleTimeoutUnit(MILLISECONDS);
    options.setIdleTimeout((int) patience.toMillis());
    options.setMaxPoolSize(CONNECTIONS);
    options.setUserAgent("bookbell");
    return options;
  }

  /** How long {@link #send} may take: until there is a connection, and then for the mail. */
  Duration longestSend() {
    return patience.multipliedBy(2).plusSeconds(5);
  }

  /** Sends a mail, and waits until the server has accepted or refused it. */
  SendResult send(ComposedMail mail) throws InterruptedException {
    MailMessage message = toMessage(mail);
    ConnectionPool used = pool;
    if (!used.free.tryAcquire(patience.toMillis(), MILLISECONDS)) {
      return new TryAgain("The mail server is busy with other mails");
    }
    if (used.closed) {
      return hanging();
    }
    CompletableFuture<?> sending =
        used.client.sendMail(message).toCompletionStage().toCompletableFuture();
    var _ = sending.whenComplete((_, _) -> used.free.release());
    try {
      awaitReply(sending);
      return new Accepted();
    } catch (TimeoutException e) {
      replacePool(used);
      return hanging();
    } catch (ExecutionException e) {
      return toResult(CompletionFailures.unwrapCause(e.getCause() == null ? e : e.getCause()));
    }
  }

  private static ServiceDown hanging() {
    return new ServiceDown("The mail server doesn't answer");
  }

  private void awaitReply(CompletableFuture<?> sending)
      throws InterruptedException, ExecutionException, TimeoutException {
    long end = System.nanoTime() + patience.toNanos();
    while (true) {
      long left = end - System.nanoTime();
      try {
        sending.get(Math.min(Math.max(0, left), LOOKED_AFTER.toNanos()), NANOSECONDS);
        return;
      } catch (TimeoutException e) {
        if (left <= LOOKED_AFTER.toNanos() || !isGreeting()) {
          throw e;
        }
      }
    }
  }

  /** Whether the server says anything to whoever connects. */
  private boolean isGreeting() {
    try (var plain = new Socket()) {
      plain.connect(
          new InetSocketAddress(mailConfig.host(), mailConfig.port()), (int) GREETING.toMillis());
      plain.setSoTimeout((int) GREETING.toMillis());
      if (!mailConfig.secure()) {
        return plain.getInputStream().read() >= 0;
      }
      var factory = (SSLSocketFactory) SSLSocketFactory.getDefault();
      try (var secure = factory.createSocket(plain, mailConfig.host(), mailConfig.port(), true)) {
        return secure.getInputStream().read() >= 0;
      }
    } catch (IOException e) {
      return false;
    }
  }

  /** Connections that hang, and what waits for them in the client, are dropped. */
  private synchronized void replacePool(ConnectionPool hanging) {
    if (!hanging.closed) {
      pool = openPool(vertx, mailConfig, patience);
      hanging.close();
    }
  }

  private MailMessage toMessage(ComposedMail mail) {
    var message = new MailMessage();
    message.setFrom(mailConfig.from());
    message.setTo(mail.to());
    message.setSubject(mail.subject());
    message.setText(mail.text());
    message.setHtml(mail.html());
    mail.headers().forEach(message::addHeader);
    return message;
  }

  private static SendResult toResult(Throwable failure) {
    String reason =
        failure.getMessage() == null ? failure.getClass().getSimpleName() : failure.getMessage();
    if (failure instanceof SMTPException refusal
        && refusal.getReplyCode() > 0
        && ABOUT_THE_MAIL.matcher(reason).find()) {
      if (!refusal.isPermanent()) {
        return new TryAgain(reason);
      }
      return NO_SUCH_ADDRESS.matcher(refusal.getReplyMessage()).find()
          ? new TargetGone(reason)
          : new ItemRefused(reason);
    }
    return new ServiceDown(reason);
  }

  @Override
  public void close() throws Exception {
    pool.client.close().await(5, TimeUnit.SECONDS);
  }
}
