package dev.indelible.examples;

import dev.indelible.EventStore;
import dev.indelible.blob.BlobStore;
import dev.indelible.blob.ClaimCheck;
import dev.indelible.event.EventQuery;
import dev.indelible.event.ExpectedVersion;
import dev.indelible.event.NewEvent;
import dev.indelible.event.Payload;
import dev.indelible.event.Position;
import dev.indelible.event.Range;
import dev.indelible.event.RecordedEvent;
import dev.indelible.event.StreamName;
import dev.indelible.journal.Journal;

/** Scans of contracts are events like others; their bytes are in a blob store. */
final class LargePayloads {
    private LargePayloads() {}

    static EventStore open(String journal, String blobs) {
        return EventStore.on(ClaimCheck.on(Journal.open(journal), BlobStore.open(blobs)));
    }

    static EventStore openForVideos(String journal, String blobs) {
        return EventStore.on(ClaimCheck.on(Journal.open(journal), BlobStore.open(blobs))
                .over(16 << 10)
                .upTo(256 << 20));
    }

    static Position scanned(EventStore store, String contract, byte[] pdf) {
        NewEvent scanned = NewEvent.of("ContractScanned", Payload.binary(pdf));
        return store.append(StreamName.of("Contract", contract), ExpectedVersion.any(), scanned)
                .position();
    }

    static byte[] latestScan(EventStore store, String contract) {
        EventQuery scans =
                EventQuery.stream(StreamName.of("Contract", contract)).withTypes("ContractScanned");
        RecordedEvent latest =
                store.read(scans, Range.all().fromTheEnd().limit(1)).next();
        return latest.data().toBytes(); // The blob is fetched here.
    }
}
