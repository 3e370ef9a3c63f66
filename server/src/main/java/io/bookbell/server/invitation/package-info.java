/** Links by which supporters and team members join. */
@NullMarked
package io.bookbell.server.invitation;

import org.jspecify.annotations.NullMarked;
