/** IP addresses, web origins and public URLs: parsing, normalizing and comparing them. */
@NullMarked
package io.bookbell.server.network;

import org.jspecify.annotations.NullMarked;
