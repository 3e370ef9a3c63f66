/** What is stored about one person, for that person. */
@NullMarked
package io.bookbell.server.personal;

import org.jspecify.annotations.NullMarked;
