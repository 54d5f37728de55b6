/** A journal in a PostgreSQL database, and stores for snapshots and for keys of personal data beside it. */
@NullMarked
package dev.indelible.postgres;

import org.jspecify.annotations.NullMarked;
