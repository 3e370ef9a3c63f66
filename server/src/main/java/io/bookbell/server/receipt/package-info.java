/** Which messages each device has received, and how long messages are kept for devices. */
@NullMarked
package io.bookbell.server.receipt;

import org.jspecify.annotations.NullMarked;
