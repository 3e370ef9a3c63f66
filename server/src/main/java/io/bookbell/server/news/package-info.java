/** What people have chosen to be told outside the page: by which channel, of what, and when. */
@NullMarked
package io.bookbell.server.news;

import org.jspecify.annotations.NullMarked;
