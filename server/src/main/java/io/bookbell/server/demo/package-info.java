/** The demo data. */
@NullMarked
package io.bookbell.server.demo;

import org.jspecify.annotations.NullMarked;
