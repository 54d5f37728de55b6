package dev.indelible.dynamodb;

import org.jspecify.annotations.Nullable;

/** Slices in the order of positions, or backwards, each whole: also with events that nobody asked for. */
interface Source {
    /** The next slice, or null at the end. */
    @Nullable
    Slice next();
}
