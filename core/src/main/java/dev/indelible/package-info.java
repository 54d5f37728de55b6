/** The front door: {@link dev.indelible.EventStore} and what it hands out. */
@NullMarked
package dev.indelible;

import org.jspecify.annotations.NullMarked;
