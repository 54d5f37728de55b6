package dev.indelible.server.kurrent;

import dev.indelible.EventStore;
import dev.indelible.event.Limits;
import dev.indelible.event.NewEvent;
import dev.indelible.event.StreamName;
import dev.indelible.journal.Capability;
import dev.indelible.server.kurrent.JointWriter.Request;
import dev.indelible.server.kurrent.JointWriter.Share;
import dev.indelible.server.kurrent.protocol.StreamsV2Protocol.AppendRecord;
import dev.indelible.server.kurrent.protocol.StreamsV2Protocol.AppendRecordsRequest;
import dev.indelible.server.kurrent.protocol.StreamsV2Protocol.AppendRequest;
import dev.indelible.server.kurrent.protocol.StreamsV2Protocol.ConsistencyCheck;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What clients send of one append to several streams, checked piece by piece. For one thread at a time. */
final class JointRequests {
    private final Limits limits;
    private final boolean keepsTags;
    private final Map<String, Share> shares = new LinkedHashMap<>();
    private long bytes;

    JointRequests(EventStore store) {
        this.limits = store.limits();
        this.keepsTags = store.capabilities().contains(Capability.TAGS);
    }

    /** One stream's part of a session. */
    void add(AppendRequest request) {
        String stream = StreamName.of(request.getStream()).value();
        if (shares.keySet().stream().anyMatch(stream::equalsIgnoreCase)) {
            throw JointRefusals.twice(stream);
        } else if (request.getRecordsCount() == 0) {
            throw Refusals.badRequest("records of stream " + stream + ": 0 (expected: at least 1)");
        }
        long expected = request.hasExpectedRevision() ? request.getExpectedRevision() : Expectation.ANY.raw();
        if (expected < Expectation.ANY.raw() && expected != Expectation.EXISTS.raw()) {
            throw Refusals.badRequest("expected revision: " + expected + " (expected: -4, -2, -1, 0 or more)");
        }
        List<NewEvent> events = new ArrayList<>();
        request.getRecordsList().forEach(record -> events.add(event(stream, record)));
        shares.put(stream, new Share(new Condition(shares.size(), stream, expected), events));
    }

    /** All that was added. */
    Request session() {
        if (shares.isEmpty()) {
            throw JointRefusals.noRequests();
        }
        return new Request(List.copyOf(shares.values()), List.of());
    }

    /** A request that says all at once. Records of one stream stand together, where the first of them stands. */
    Request of(AppendRecordsRequest request) {
        if (request.getRecordsCount() == 0) {
            throw Refusals.badRequest("records: 0 (expected: at least 1)");
        }
        for (AppendRecord record : request.getRecordsList()) {
            String stream = StreamName.of(record.getStream()).value();
            shares.computeIfAbsent(stream, name -> new Share(Condition.none(name), new ArrayList<>()))
                    .events()
                    .add(event(stream, record));
        }
        List<Condition> checks = new ArrayList<>();
        for (ConsistencyCheck check : request.getChecksList()) {
            if (!check.hasStreamState()) {
                throw Refusals.badRequest("check " + checks.size() + ": empty (expected: the state of a stream)");
            }
            // Not sent is 0 here: the client for Node leaves that out.
            long expected = check.getStreamState().getExpectedState();
            boolean isState = expected >= Condition.TOMBSTONED && expected != -3;
            if (!isState || expected == Expectation.ANY.raw()) {
                throw Refusals.badRequest(
                        "check %d: state %d (expected: -6, -5, -4, -1, 0 or more)".formatted(checks.size(), expected));
            }
            String stream = StreamName.of(check.getStreamState().getStream()).value();
            checks.add(new Condition(checks.size(), stream, expected));
        }
        return new Request(List.copyOf(shares.values()), checks);
    }

    private NewEvent event(String stream, AppendRecord record) {
        NewEvent event = RecordForm.event(record, keepsTags);
        int data = event.data().size();
        int metadata = event.metadata().size();
        if (data > limits.dataBytesMax()) {
            throw JointRefusals.recordTooLarge(stream, event.id().toString(), data, limits.dataBytesMax());
        } else if (metadata > limits.metadataBytesMax()) {
            throw JointRefusals.recordTooLarge(stream, event.id().toString(), metadata, limits.metadataBytesMax());
        }
        bytes += data + metadata;
        if (bytes > limits.appendBytesMax()) {
            throw JointRefusals.appendTooLarge(bytes, limits.appendBytesMax());
        }
        Writer.refuseTombstone(event);
        return event;
    }
}
