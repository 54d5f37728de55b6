/**
 * The command line: serves, imports, exports, appends, reads and follows any store, opened here or served elsewhere.
 */
@NullMarked
package dev.indelible.cli;

import org.jspecify.annotations.NullMarked;
