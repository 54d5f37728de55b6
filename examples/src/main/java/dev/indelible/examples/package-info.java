/** Every code block of the README and the docs, running. */
@NullMarked
package dev.indelible.examples;

import org.jspecify.annotations.NullMarked;
