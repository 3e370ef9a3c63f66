/** What people type: how it is cleaned, counted, compared and found. Knows no feature. */
@NullMarked
package io.bookbell.server.text;

import org.jspecify.annotations.NullMarked;
