/** What tests of a whole server need: databases, clients of HTTP and of the WebSocket. */
package io.bookbell.server.support;
