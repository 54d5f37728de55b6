package dev.indelible.schema;

import dev.indelible.Codec;
import dev.indelible.event.NewEvent;
import dev.indelible.personal.SealedValue;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A check, for a build, that all that was ever recorded can still be read. A file under version control holds every
 * event type and schema version that there was, each with its fields and a sample. The codec is compared with it, and
 * reads each sample.
 *
 * <p>New types, new schema versions, new optional fields, new constants and wider numbers pass, and come into the file.
 * A field that is gone or renamed, another type, a new required field, a type that is gone, a schema version that
 * nothing reads any more, and a sample that is not understood are faults. What is in the file stays in it: of an event
 * that was recorded once there may be some for ever.
 *
 * @param <E> the application's events
 */
public final class EventSchemas<E> {
    private final Codec<E> codec;
    private final List<NewEvent> samples;

    private EventSchemas(Codec<E> codec, List<NewEvent> samples) {
        this.codec = codec;
        this.samples = List.copyOf(samples);
    }

    /**
     * A check of what the codec records. It should be the codec of those who decide: one that passes over events
     * cannot tell what it does not understand, and is found fault with.
     */
    public static <E> EventSchemas<E> of(Codec<E> codec) {
        return new EventSchemas<>(codec, List.of());
    }

    /**
     * The same, with the event as the sample of its type and schema version when they are new, instead of one with
     * made-up values; for records that do not take any value.
     */
    public EventSchemas<E> sample(E event) {
        NewEvent sample = codec.encode(event);
        if (sample.data().isJson() && sample.data().text().contains('"' + SealedValue.SUBJECT + '"')) {
            throw new IllegalArgumentException(
                    "sample %s: has sealed personal data, which no other key ring can open".formatted(sample.type())
                            + " (expected: an event without, or no sample)");
        }
        List<NewEvent> more = new ArrayList<>(samples);
        more.add(sample);
        return new EventSchemas<>(codec, more);
    }

    /**
     * For a test: fails if there are faults, and otherwise brings the file up to date. If there is none, it is written,
     * and the check passes: put it under version control.
     *
     * @throws AssertionError that lists every fault with its remedy; the file is not changed
     * @throws IllegalArgumentException if the codec does not know its schemas, or the file is not such a file
     * @throws UncheckedIOException if the file cannot be read or written
     */
    public void verify(Path file) {
        SchemaReport report = update(file);
        if (!report.passes()) {
            StringBuilder message = new StringBuilder("%s: %d fault%s, and the file was not changed"
                    .formatted(file, report.faults().size(), report.faults().size() == 1 ? "" : "s"));
            report.faults().forEach(fault -> message.append("\n- ").append(fault));
            throw new AssertionError(message.toString());
        }
    }

    /** Compares with the file, and writes nothing; throws as {@link #verify}, except for faults. */
    public SchemaReport check(Path file) {
        return new SchemaCheck(codec, samples, SchemaFile.read(file)).report();
    }

    /** Compares with the file, and brings it up to date if there are no faults; throws as {@link #check}. */
    public SchemaReport update(Path file) {
        SchemaCheck check = new SchemaCheck(codec, samples, SchemaFile.read(file));
        SchemaReport report = check.report();
        if (report.passes() && !report.additions().isEmpty()) {
            SchemaFile.write(file, check.updated());
        }
        return report;
    }
}
