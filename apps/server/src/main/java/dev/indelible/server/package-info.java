/** Serves any store over HTTP: {@link dev.indelible.server.IndelibleServer}. */
@NullMarked
package dev.indelible.server;

import org.jspecify.annotations.NullMarked;
