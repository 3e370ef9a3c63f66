/**
 * Real processes under real loads, ended in the middle: what they leave behind and how they go on.
 */
package io.bookbell.server.crash;
