/**
 * User-typed text: normalizing, counting, comparing and searching it. Independent of all features.
 */
@NullMarked
package io.bookbell.server.text;

import org.jspecify.annotations.NullMarked;
