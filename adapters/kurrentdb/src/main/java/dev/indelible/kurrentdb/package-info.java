/** A journal on a KurrentDB or EventStoreDB server, through its official Java client. */
@NullMarked
package dev.indelible.kurrentdb;

import org.jspecify.annotations.NullMarked;
