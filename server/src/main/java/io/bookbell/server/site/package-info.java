/**
 * The files of the web page: which paths they have, and how they are compressed, cached and sent.
 */
@NullMarked
package io.bookbell.server.site;

import org.jspecify.annotations.NullMarked;
