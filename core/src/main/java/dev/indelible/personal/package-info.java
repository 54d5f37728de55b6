/** Personal data in events: sealed by a key for each person, and forgotten by destroying that key. */
@NullMarked
package dev.indelible.personal;

import org.jspecify.annotations.NullMarked;
