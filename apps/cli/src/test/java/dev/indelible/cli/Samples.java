package dev.indelible.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.indelible.event.Envelope;
import dev.indelible.event.NewEvent;
import dev.indelible.event.RecordedEvent;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.zip.GZIPOutputStream;

/** Input for imports, and a way to look at what became of it. */
final class Samples {
    private Samples() {}

    /** An envelope with an id that follows from the stream and number. */
    static String line(String stream, int number) {
        return "{\"event_id\":\"%s\",\"stream_id\":\"%s\",\"event_type\":\"Counted\",\"data\":{\"n\":%d}}"
                .formatted(NewEvent.idOf(stream + "/" + number), stream, number);
    }

    /** So many events of so many streams, in each stream numbered 1, 2, 3 …, streams mixed by chance. */
    static List<String> mixed(int events, int streams, long seed) {
        System.out.println("seed: " + seed);
        Random random = new Random(seed);
        Map<String, Integer> numbers = new HashMap<>();
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < events; i++) {
            String stream = "Mixed-" + random.nextInt(streams);
            lines.add(line(stream, numbers.merge(stream, 1, Integer::sum)));
        }
        return lines;
    }

    static Path file(Path directory, List<String> lines) throws IOException {
        return Files.write(directory.resolve("events.ndjson"), lines);
    }

    static byte[] gzip(List<String> lines) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
            gzip.write((String.join("\n", lines) + "\n").getBytes(UTF_8));
        }
        return bytes.toByteArray();
    }

    /** All events of the store. */
    static List<RecordedEvent> exported(String url) {
        return Cli.run("export", "--from", url).lines().stream()
                .map(line -> Envelope.decode(line.getBytes(UTF_8)))
                .toList();
    }

    /** The ids of the events that the lines stand for. */
    static List<String> ids(List<String> lines) {
        return lines.stream()
                .map(line -> Envelope.decodeProposal(line.getBytes(UTF_8))
                        .event()
                        .id()
                        .toString())
                .toList();
    }

    /** The streams of the events that the lines stand for. */
    static List<String> streams(List<String> lines) {
        return lines.stream()
                .map(line -> Envelope.decodeProposal(line.getBytes(UTF_8)))
                .map(proposal -> proposal.stream().orElseThrow().value())
                .toList();
    }
}
