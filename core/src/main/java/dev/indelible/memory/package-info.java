/** The journal in memory: the reference that other engines are read against. Snapshots and keys beside it. */
@NullMarked
package dev.indelible.memory;

import org.jspecify.annotations.NullMarked;
