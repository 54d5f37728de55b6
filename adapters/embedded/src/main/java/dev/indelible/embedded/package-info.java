/**
 * The journal on a local log: segment files are the truth, a RocksDB index over them is a projection that can be thrown
 * away.
 *
 * <p>An append runs through these classes: {@link dev.indelible.embedded.EmbeddedJournal} takes it, {@code Frame} turns
 * it into one record, {@code Committer} decides it together with others and writes them with one {@code force}, {@code
 * Log} holds the bytes, {@code Tail} makes them findable at once, and {@code Indexer} moves full tails into {@code
 * IndexStore}. A read goes from {@code Plan} through {@code Candidates} to {@code LogReader}.
 */
@NullMarked
package dev.indelible.embedded;

import org.jspecify.annotations.NullMarked;
