/** HTTP: routes, typed reading of requests, answers, errors, and the files of the page. */
@NullMarked
package io.bookbell.server.web;

import org.jspecify.annotations.NullMarked;
