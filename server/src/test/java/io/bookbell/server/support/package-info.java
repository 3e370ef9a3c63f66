/** Test support: databases, and clients for HTTP and WebSocket. */
package io.bookbell.server.support;
