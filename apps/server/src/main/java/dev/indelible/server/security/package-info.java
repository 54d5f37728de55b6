/** Who calls a server, and what he may do there. */
@NullMarked
package dev.indelible.server.security;

import org.jspecify.annotations.NullMarked;
