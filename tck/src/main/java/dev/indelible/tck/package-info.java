/**
 * What every journal promises, as JUnit tests: extend {@link dev.indelible.tck.JournalContract}. And {@link
 * dev.indelible.tck.DeciderSpec}, for the tests of deciders.
 */
@NullMarked
package dev.indelible.tck;

import org.jspecify.annotations.NullMarked;
