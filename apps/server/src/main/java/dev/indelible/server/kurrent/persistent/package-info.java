/** Groups of consumers that share the events of one source, without any input or output: which event goes to whom. */
@NullMarked
package dev.indelible.server.kurrent.persistent;

import org.jspecify.annotations.NullMarked;
