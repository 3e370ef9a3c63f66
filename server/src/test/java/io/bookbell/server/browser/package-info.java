/** The page in real browsers, several at once, against a whole server. */
package io.bookbell.server.browser;
