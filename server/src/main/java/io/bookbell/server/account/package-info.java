/** Who people are: accounts, passwords, sessions, tickets. */
@NullMarked
package io.bookbell.server.account;

import org.jspecify.annotations.NullMarked;
