/** JSON: the shared object mapper, and the text form of times. */
@NullMarked
package io.bookbell.server.json;

import org.jspecify.annotations.NullMarked;
