/** Mail: composing it in the reader's language, and sending it through an SMTP server. */
@NullMarked
package io.bookbell.server.mail;

import org.jspecify.annotations.NullMarked;
