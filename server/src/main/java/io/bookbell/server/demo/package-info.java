/** The data of the demonstration. */
@NullMarked
package io.bookbell.server.demo;

import org.jspecify.annotations.NullMarked;
