/** Addresses of machines and of web pages: how they are written, and which are equal. */
@NullMarked
package io.bookbell.server.network;

import org.jspecify.annotations.NullMarked;
