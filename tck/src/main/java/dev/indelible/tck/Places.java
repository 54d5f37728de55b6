package dev.indelible.tck;

import dev.indelible.Codec;
import dev.indelible.decider.Decider;
import dev.indelible.event.Json;
import dev.indelible.event.NewEvent;
import dev.indelible.event.RecordedEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The contract's own decider: a course has so many seats. Its state is who sits there. */
record Places(int seats) implements Decider<Places.Enrol, List<String>, Places.Enrolled> {
    static final Codec<Enrolled> CODEC = new Codec<>() {
        @Override
        public NewEvent encode(Enrolled event) {
            return NewEvent.json(
                            "Enrolled",
                            "{\"course\":\"" + event.course() + "\",\"student\":\"" + event.student() + "\"}")
                    .withTags("course:" + event.course());
        }

        @Override
        public List<Enrolled> decode(RecordedEvent event) {
            Map<?, ?> data = (Map<?, ?>) Json.parse("data", event.data().toBytes());
            return List.of(new Enrolled(String.valueOf(data.get("course")), String.valueOf(data.get("student"))));
        }
    };

    /** Wants a seat; null: for somebody who is called anew each time. */
    record Enrol(String course, @Nullable String student) {}

    record Enrolled(String course, String student) {}

    @Override
    public List<String> initial() {
        return List.of();
    }

    @Override
    public List<Enrolled> decide(Enrol command, List<String> taken) {
        String student = command.student() == null ? UUID.randomUUID().toString() : command.student();
        if (student.isEmpty()) {
            throw new IllegalArgumentException("student: \"\" (expected: a name)");
        }
        return taken.size() < seats ? List.of(new Enrolled(command.course(), student)) : List.of();
    }

    @Override
    public List<String> evolve(List<String> taken, Enrolled event) {
        List<String> now = new ArrayList<>(taken);
        now.add(event.student());
        return List.copyOf(now);
    }
}
