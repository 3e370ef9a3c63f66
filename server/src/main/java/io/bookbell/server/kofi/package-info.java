/** Ko-fi: memberships from the payments that it reports. */
@NullMarked
package io.bookbell.server.kofi;

import org.jspecify.annotations.NullMarked;
