/** Benchmarks beside peers: {@link dev.indelible.lab.Bench}. Not published. */
@NullMarked
package dev.indelible.lab;

import org.jspecify.annotations.NullMarked;
