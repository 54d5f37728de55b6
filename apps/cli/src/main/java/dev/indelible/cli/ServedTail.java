package dev.indelible.cli;

import dev.indelible.EventStoreException.Unavailable;
import dev.indelible.event.Position;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;

/**
 * Follows a server's events over connections that may break: a new one goes on after the last position. A server that
 * says nothing for a while, not even that it is alive, counts as gone.
 */
final class ServedTail {
    static final String CONTENT_TYPE = "text/event-stream";

    private static final Duration SILENCE_MAX = Duration.ofSeconds(60);
    private static final int FAILURES_MAX = 8;
    private static final long BACK_OFF_MS_FIRST = 100;
    private static final long BACK_OFF_MS_MAX = 5_000;

    private final Source source;
    private final Duration silenceMax;
    private final long backOffMsFirst;
    private Position position = Position.START;
    private int failures;

    ServedTail(Source source) {
        this(source, SILENCE_MAX, BACK_OFF_MS_FIRST);
    }

    ServedTail(Source source, Duration silenceMax, long backOffMsFirst) {
        this.source = source;
        this.silenceMax = silenceMax;
        this.backOffMsFirst = backOffMsFirst;
    }

    /** Where the events come from. */
    interface Source {
        /** Everything after the position, as Server-Sent Events. */
        InputStream after(Position position) throws IOException;
    }

    /**
     * Writes envelopes until the thread is interrupted.
     *
     * @throws Unavailable if the server cannot be reached at first, or not again after a number of attempts
     */
    void run(Position after, LineOutput to) throws InterruptedException {
        position = after;
        boolean reached = false;
        while (true) {
            Exception reason;
            try (Watched in = new Watched(source.after(position), silenceMax)) {
                reached = true;
                follow(new ServerSentEvents(in), to);
                reason = new IOException("the server ended the connection");
            } catch (IOException | Unavailable e) {
                reason = e;
            }
            to.flush();
            if (++failures > FAILURES_MAX || !reached) {
                String why = OneLineErrors.text(reason);
                throw new Unavailable("no events after position " + position + ": " + why, reason);
            }
            Thread.sleep(Math.min(BACK_OFF_MS_MAX, backOffMsFirst << (failures - 1)));
        }
    }

    private void follow(ServerSentEvents messages, LineOutput to) throws IOException {
        boolean live = false;
        for (ServerSentEvents.Message message = messages.next(); message != null; message = messages.next()) {
            failures = 0;
            switch (message.event()) {
                case "message" -> to.line(message.data());
                case "caught_up" -> live = true;
                case "fell_behind" -> live = false;
                default -> {
                    // A checkpoint: its id is all there is to it.
                }
            }
            if (live) {
                to.flush();
            }
            if (!message.id().isEmpty()) {
                position = position(message.id());
            }
        }
    }

    private static Position position(String id) throws IOException {
        try {
            return Position.of(Long.parseLong(id));
        } catch (IllegalArgumentException e) {
            throw new IOException("id: \"" + id + "\" (expected: a position)", e);
        }
    }

    /** Closes itself when it was waited for too long; what the reader does in between may take its time. */
    private static final class Watched extends FilterInputStream {
        private final Duration silenceMax;
        private final Thread watch;
        private volatile long waitingSinceNs;
        private volatile boolean waiting;

        Watched(InputStream in, Duration silenceMax) {
            super(in);
            this.silenceMax = silenceMax;
            this.watch = Thread.ofVirtual().name("indelible-tail-watch").start(this::watch);
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            waitingSinceNs = System.nanoTime();
            waiting = true;
            try {
                return in.read(buffer, offset, length);
            } finally {
                waiting = false;
            }
        }

        @Override
        public void close() throws IOException {
            watch.interrupt();
            super.close();
        }

        private void watch() {
            try {
                while (true) {
                    Thread.sleep(silenceMax.dividedBy(4));
                    if (waiting && System.nanoTime() - waitingSinceNs > silenceMax.toNanos()) {
                        in.close();
                        return;
                    }
                }
            } catch (InterruptedException | IOException e) {
                // The reader has closed it already, or finds it broken.
            }
        }
    }
}
