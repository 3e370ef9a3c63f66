/** Tests of the page in real browsers, several at once, with a whole server. */
package io.bookbell.server.e2e;
