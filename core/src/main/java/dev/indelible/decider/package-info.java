/** The write side: a decider is a pure function from state and command to events; a repository runs it on a store. */
@NullMarked
package dev.indelible.decider;

import org.jspecify.annotations.NullMarked;
