package dev.indelible.server.kurrent;

import dev.indelible.event.RecordedEvent;
import dev.indelible.server.kurrent.persistent.Message;
import dev.indelible.server.kurrent.protocol.PersistentProtocol.ReadResp;
import dev.indelible.server.kurrent.protocol.StreamsProtocol;
import dev.indelible.server.security.Right;
import dev.indelible.server.security.Rights;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What the consumers of a group are sent.
 *
 * @param event the event; null if a link leads to nothing that is shown
 * @param link the link that led to it, if one did
 */
record GroupEvent(@Nullable Shown event, @Nullable Shown link) {
    /** What the envelope of an event needs beside its payloads, about. */
    private static final int OVERHEAD_BYTES = 400;

    /**
     * A record as clients see it.
     *
     * @param recorded what is recorded
     * @param view the derived stream in which it is a link, or an empty text
     * @param place its revision there
     */
    record Shown(RecordedEvent recorded, String view, long place) {
        static Shown of(RecordedEvent event) {
            return new Shown(event, "", event.version() - 1);
        }

        UUID id() {
            return view.isEmpty() ? recorded.id() : Links.id(view, place);
        }

        /** Where it is, in the form of the data of a link. */
        String address() {
            return place + "@" + (view.isEmpty() ? recorded.stream().value() : view);
        }

        StreamsProtocol.RecordedEvent form(boolean structured) {
            return view.isEmpty()
                    ? EventForm.recorded(recorded, structured)
                    : Links.link(view, place, recorded, structured);
        }

        /** The data of a link, if it is one. */
        private String leadsTo() {
            return view.isEmpty() ? recorded.data().text() : Shown.of(recorded).address();
        }

        /** The stream that the event is about: if it is a link, the one that it leads to. */
        private String origin() {
            if (!view.isEmpty()) {
                return recorded.stream().value();
            }
            String target = recorded.type().equals(EventForm.LINK) ? Links.targetStream(recorded) : "";
            return target.isEmpty() ? recorded.stream().value() : target;
        }
    }

    private Shown original() {
        Shown first = link == null ? event : link;
        if (first == null) {
            throw new IllegalStateException("event: none (expected: an event, a link or both)");
        }
        return first;
    }

    /** The revision by which consumers know it. */
    long number() {
        return original().place();
    }

    /** What a link to it has as data. */
    String address() {
        return event == null ? original().leadsTo() : event.address();
    }

    /** As a message; those with the same correlation id, or of the same stream, belong together. */
    Message<GroupEvent> message(boolean byCorrelation) {
        Shown shown = event == null ? original() : event;
        String correlation = byCorrelation ? DerivedStreams.correlation(shown.recorded()) : "";
        return new Message<>(original().id(), correlation.isEmpty() ? shown.origin() : correlation, bytes(), this);
    }

    int bytes() {
        return OVERHEAD_BYTES + bytes(event) + bytes(link);
    }

    private static int bytes(@Nullable Shown shown) {
        return shown == null
                ? 0
                : shown.recorded().data().size() + shown.recorded().metadata().size();
    }

    /** The same, or the link alone if the consumer may not read what it leads to. */
    GroupEvent permittedBy(Rights rights) {
        boolean permitted = event == null
                || link == null
                || rights.permits(Right.READ, event.recorded().stream().value());
        return permitted ? this : new GroupEvent(null, link);
    }

    /** As it is sent. */
    ReadResp form(int retries, boolean structured) {
        ReadResp.ReadEvent.Builder read = ReadResp.ReadEvent.newBuilder()
                .setCommitPosition(original().recorded().position().value())
                .setRetryCount(retries);
        if (event != null) {
            read.setEvent(event.form(structured));
        }
        if (link != null) {
            read.setLink(link.form(structured));
        }
        return ReadResp.newBuilder().setEvent(read).build();
    }
}
