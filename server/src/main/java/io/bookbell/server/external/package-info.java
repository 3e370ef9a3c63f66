/** People whom somebody else has signed in: the site that they come from, or a proxy. */
@NullMarked
package io.bookbell.server.external;

import org.jspecify.annotations.NullMarked;
