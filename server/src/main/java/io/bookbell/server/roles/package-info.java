/** Roles: combines the team and the memberships into who may see and do what. */
@NullMarked
package io.bookbell.server.roles;

import org.jspecify.annotations.NullMarked;
