/** Following other people's requests, and the books that were requested before. */
@NullMarked
package io.bookbell.server.follow;

import org.jspecify.annotations.NullMarked;
