package dev.indelible.lab;

import dev.indelible.Codec;
import dev.indelible.event.NewEvent;
import dev.indelible.event.RecordedEvent;
import java.util.List;

/** Events as they were recorded. */
final class Recorded implements Codec<RecordedEvent> {
    @Override
    public NewEvent encode(RecordedEvent event) {
        return NewEvent.of(event.type(), event.data());
    }

    @Override
    public List<RecordedEvent> decode(RecordedEvent event) {
        return List.of(event);
    }
}
