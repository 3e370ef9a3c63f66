/**
 * What trials of real processes have in common: servers and databases that can be ended, people who
 * send commands, clients that mean to miss nothing, and what all of them know.
 */
package io.bookbell.server.trial;
