/** A check for builds that what was recorded can still be read: {@link dev.indelible.schema.EventSchemas}. */
@NullMarked
package dev.indelible.schema;

import org.jspecify.annotations.NullMarked;
