package dev.indelible.dynamodb;

import dev.indelible.dynamodb.Keys.Chain;
import dev.indelible.event.StreamName;
import java.util.HashMap;
import java.util.Map;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * That a slice has events with a tag: an item of the tag's chain.
 *
 * @param stream of the slice
 * @param version at which the slice begins
 * @param position at which it ends
 */
record Entry(StreamName stream, long version, long position) {
    static final String POSITION = "last_position";

    private static final String STREAM = "stream_id";
    private static final String VERSION = "version";

    static Entry of(Slice slice) {
        return new Entry(slice.stream(), slice.firstVersion(), slice.last());
    }

    Map<String, AttributeValue> toItem(Chain chain, long number) {
        Map<String, AttributeValue> item = new HashMap<>(chain.key(number));
        item.put(STREAM, Item.of(stream.value()));
        item.put(VERSION, Item.of(version));
        item.put(POSITION, Item.of(position));
        return item;
    }

    static Entry of(Map<String, AttributeValue> item) {
        return new Entry(
                StreamName.of(Item.text(item, STREAM)), Item.number(item, VERSION), Item.number(item, POSITION));
    }

    /** Key of the slice. */
    Map<String, AttributeValue> slice() {
        return Chain.of(stream).key(version);
    }
}
