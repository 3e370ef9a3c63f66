/** Keys, with which programs act for their users. */
@NullMarked
package io.bookbell.server.key;

import org.jspecify.annotations.NullMarked;
