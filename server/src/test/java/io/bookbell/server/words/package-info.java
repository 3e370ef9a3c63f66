/** What the page says, in every language. */
@NullMarked
package io.bookbell.server.words;

import org.jspecify.annotations.NullMarked;
