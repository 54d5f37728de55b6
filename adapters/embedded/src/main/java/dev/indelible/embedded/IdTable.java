package dev.indelible.embedded;

import java.util.Arrays;
import java.util.UUID;

/** Event ids of a tail, by open addressing: 20 bytes a slot, at most half of them used. Not for several threads. */
final class IdTable {
    private static final int FREE = -1;

    private long[] high = new long[128];
    private long[] low = new long[128];
    private int[] values = new int[128];
    private int count;

    private long latestTime;

    /** The time in a time-ordered id (UUID version 7), in milliseconds; 0 for others. */
    static long timeOf(UUID id) {
        return id.version() == 7 ? id.getMostSignificantBits() >>> 16 : 0;
    }

    IdTable() {
        Arrays.fill(values, FREE);
    }

    /** Receives the entries. */
    interface Visitor {
        void visit(long high, long low, int value);
    }

    /** Adds an id that is not there yet. */
    void put(UUID id, int value) {
        if (2 * ++count > values.length) {
            grow();
        }
        latestTime = Math.max(latestTime, timeOf(id));
        insert(id.getMostSignificantBits(), id.getLeastSignificantBits(), value);
    }

    /** The value, or -1. */
    int get(UUID id) {
        long idHigh = id.getMostSignificantBits();
        long idLow = id.getLeastSignificantBits();
        int slot = slot(idHigh, idLow);
        while (values[slot] != FREE) {
            if (high[slot] == idHigh && low[slot] == idLow) {
                return values[slot];
            }
            slot = (slot + 1) & (values.length - 1);
        }
        return FREE;
    }

    long latestTime() {
        return latestTime;
    }

    void forEach(Visitor visitor) {
        for (int i = 0; i < values.length; i++) {
            if (values[i] != FREE) {
                visitor.visit(high[i], low[i], values[i]);
            }
        }
    }

    private void insert(long idHigh, long idLow, int value) {
        int slot = slot(idHigh, idLow);
        while (values[slot] != FREE) {
            slot = (slot + 1) & (values.length - 1);
        }
        high[slot] = idHigh;
        low[slot] = idLow;
        values[slot] = value;
    }

    private int slot(long idHigh, long idLow) {
        long mixed = (idHigh ^ idLow) * 0x9E3779B97F4A7C15L;
        return (int) (mixed >>> 40) & (values.length - 1);
    }

    private void grow() {
        long[] oldHigh = high;
        long[] oldLow = low;
        int[] oldValues = values;
        high = new long[2 * oldValues.length];
        low = new long[2 * oldValues.length];
        values = new int[2 * oldValues.length];
        Arrays.fill(values, FREE);
        for (int i = 0; i < oldValues.length; i++) {
            if (oldValues[i] != FREE) {
                insert(oldHigh[i], oldLow[i], oldValues[i]);
            }
        }
    }
}
