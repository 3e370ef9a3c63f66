/** Measures what commands cost a server and its database, beside the replaced system. */
@NullMarked
package io.bookbell.bench.commits;

import org.jspecify.annotations.NullMarked;
