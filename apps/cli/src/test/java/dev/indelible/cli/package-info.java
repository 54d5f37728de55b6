@NullMarked
package dev.indelible.cli;

import org.jspecify.annotations.NullMarked;
