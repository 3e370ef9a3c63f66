/**
 * What the resilience tests run: server processes and databases that can be killed, people who send
 * commands, clients that must not miss a message, and a record of what all of them know.
 */
package io.bookbell.server.resilience.workload;
