/** What an engine implements: {@link dev.indelible.journal.Journal} and the few types around it. */
@NullMarked
package dev.indelible.journal;

import org.jspecify.annotations.NullMarked;
