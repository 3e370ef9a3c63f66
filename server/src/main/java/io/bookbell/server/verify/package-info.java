/** The checks behind {@code bookbell verify}. */
@NullMarked
package io.bookbell.server.verify;

import org.jspecify.annotations.NullMarked;
