package dev.indelible.cli;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Tells every second how far something is, to people or when asked for, and at its end in any case. */
final class Progress {
    private final Console console;
    private final Tally tally;
    private final CountDownLatch over = new CountDownLatch(1);
    private final Thread teller;

    private Progress(Console console, Tally tally, boolean asked) {
        this.console = console;
        this.tally = tally;
        this.teller = Thread.ofVirtual().name("indelible-progress").unstarted(() -> tell(asked));
    }

    static Progress start(Console console, Tally tally, boolean asked) {
        Progress progress = new Progress(console, tally, asked);
        progress.teller.start();
        return progress;
    }

    private void tell(boolean asked) {
        if (!asked && !console.errIsTerminal()) {
            return;
        }
        try {
            while (!over.await(1, TimeUnit.SECONDS)) {
                console.err().println(tally);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** The work is over. */
    void finish() throws InterruptedException {
        over.countDown();
        teller.join();
        console.err().println(tally);
    }
}
