package io.bookbell.server.mail;

import static java.util.concurrent.TimeUnit.MILLISECONDS;

import io.bookbell.server.config.ServerConfig.MailConfig;
import io.bookbell.server.http.CompletionFailures;
import io.bookbell.server.outbox.SendResult;
import io.bookbell.server.outbox.SendResult.Accepted;
import io.bookbell.server.outbox.SendResult.ItemRefused;
import io.bookbell.server.outbox.SendResult.ServiceDown;
import io.bookbell.server.outbox.SendResult.TargetGone;
import io.bookbell.server.outbox.SendResult.TryAgain;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.ext.mail.LoginOption;
import io.vertx.ext.mail.MailClient;
import io.vertx.ext.mail.MailMessage;
import io.vertx.ext.mail.SMTPException;
import io.vertx.ext.mail.StartTLSOptions;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;

/**
 * The SMTP server that delivers mails. Thread-safe.
 *
 * <p>Whoever gives up a mail that the server has taken sends it a second time (RFC 5321, 4.5.3.2).
 * So a mail has much time once it has begun, and begins only when a connection is free.
 */
final class MailServer implements AutoCloseable {
  /** Servers check a mail for spam before they accept it, which can take minutes. */
  static final Duration PATIENCE = Duration.ofMinutes(3);

  private static final Duration CONNECTING = Duration.ofSeconds(30);

  static final int CONNECTIONS = 4;
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

  private final MailClient client;
  private final MailConfig mailConfig;
  private final Duration patience;

  /** One for each connection, until the client itself has done with a mail. */
  private final Semaphore connections = new Semaphore(CONNECTIONS, true);

  MailServer(Vertx vertx, MailConfig mailConfig, Duration patience) {
    this.mailConfig = mailConfig;
    this.patience = patience;
    this.client = MailClient.create(vertx, toOptions(mailConfig, patience));
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
    if (!connections.tryAcquire(patience.toMillis(), MILLISECONDS)) {
      return new TryAgain("The mail server is busy with other mails");
    }
    try {
      Future<?> sending = client.sendMail(message).onComplete(_ -> connections.release());
      sending.toCompletionStage().toCompletableFuture().get(patience.toMillis(), MILLISECONDS);
      return new Accepted();
    } catch (TimeoutException e) {
      return new ServiceDown("The mail server doesn't answer");
    } catch (ExecutionException e) {
      return toResult(CompletionFailures.unwrapCause(e.getCause() == null ? e : e.getCause()));
    }
  }

  /** How many mails could be sent without waiting for another one. */
  int freeConnections() {
    return connections.availablePermits();
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
    client.close().await(5, TimeUnit.SECONDS);
  }
}
