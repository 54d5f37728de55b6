/** A journal in a PostgreSQL database, and a store for snapshots beside it. */
@NullMarked
package dev.indelible.postgres;

import org.jspecify.annotations.NullMarked;
