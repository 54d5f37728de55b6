package dev.indelible.lab;

import dev.indelible.event.NewEvent;
import dev.indelible.event.Payload;
import java.nio.ByteBuffer;
import java.util.UUID;
import org.apache.pekko.serialization.SerializerWithStringManifest;

/** An event as Pekko's actors persist it. Pekko has no columns for id and metadata: they precede the data. */
record PekkoEvent(UUID id, String type, int schemaVersion, Payload metadata, Payload data) {
    static PekkoEvent of(NewEvent event) {
        return new PekkoEvent(event.id(), event.type(), event.schemaVersion(), event.metadata(), event.data());
    }

    /**
     * Writes the JSON as the bytes that it already is, so that Pekko is not charged for making it: the id, the length
     * of the metadata, the metadata, the data. The manifest is the type and, as with Pekko's own Jackson serializer,
     * the version.
     */
    static final class Serializer extends SerializerWithStringManifest {
        private static final int IDENTIFIER = 7_001;
        private static final int HEAD_BYTES = 2 * Long.BYTES + Integer.BYTES;

        @Override
        public int identifier() {
            return IDENTIFIER;
        }

        @Override
        public String manifest(Object object) {
            PekkoEvent event = (PekkoEvent) object;
            return event.type() + "#" + event.schemaVersion();
        }

        @Override
        public byte[] toBinary(Object object) {
            PekkoEvent event = (PekkoEvent) object;
            int metadataBytes = event.metadata().size();
            ByteBuffer bytes = ByteBuffer.allocate(
                    HEAD_BYTES + metadataBytes + event.data().size());
            bytes.putLong(event.id().getMostSignificantBits());
            bytes.putLong(event.id().getLeastSignificantBits());
            bytes.putInt(metadataBytes);
            event.metadata().copyTo(bytes);
            event.data().copyTo(bytes);
            return bytes.array();
        }

        @Override
        public Object fromBinary(byte[] array, String manifest) {
            int hash = manifest.lastIndexOf('#');
            ByteBuffer bytes = ByteBuffer.wrap(array);
            UUID id = new UUID(bytes.getLong(), bytes.getLong());
            int metadataBytes = bytes.getInt();
            Payload metadata = Payload.of(Payload.Format.JSON, bytes.slice(HEAD_BYTES, metadataBytes));
            Payload data = Payload.of(Payload.Format.JSON, bytes.position(HEAD_BYTES + metadataBytes));
            return new PekkoEvent(
                    id,
                    manifest.substring(0, hash),
                    Integer.parseInt(manifest, hash + 1, manifest.length(), 10),
                    metadata,
                    data);
        }
    }
}
