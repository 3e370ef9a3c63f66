/** How creators and their teams remove, block and import supporters, over several features. */
@NullMarked
package io.bookbell.server.membership;

import org.jspecify.annotations.NullMarked;
