/** The operator's view of people: accounts, sessions and connections. */
@NullMarked
package io.bookbell.server.operator;

import org.jspecify.annotations.NullMarked;
