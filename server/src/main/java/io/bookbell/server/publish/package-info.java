/** Messages of the site's other applications, sent to users over the same connections. */
@NullMarked
package io.bookbell.server.publish;

import org.jspecify.annotations.NullMarked;
