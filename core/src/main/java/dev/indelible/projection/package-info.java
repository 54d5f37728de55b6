/** The read side: projections turn events into read models, in targets that keep how far they are. */
@NullMarked
package dev.indelible.projection;

import org.jspecify.annotations.NullMarked;
