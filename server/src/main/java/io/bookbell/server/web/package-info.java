/**
 * HTTP: routing, authentication, limits, typed parsing of requests, responses, errors, and the
 * files of the page.
 */
@NullMarked
package io.bookbell.server.web;

import org.jspecify.annotations.NullMarked;
