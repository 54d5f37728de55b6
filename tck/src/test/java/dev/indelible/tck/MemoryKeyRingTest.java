package dev.indelible.tck;

import dev.indelible.memory.MemoryKeyRing;
import dev.indelible.personal.KeyRing;

class MemoryKeyRingTest implements KeyRingContract {
    private final KeyRing keys = new MemoryKeyRing();

    @Override
    public KeyRing keys() {
        return keys;
    }

    @Override
    public KeyRing elsewhere() {
        return keys;
    }
}
