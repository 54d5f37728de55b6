package dev.indelible.examples;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.indelible.EventStore;
import dev.indelible.event.EventQuery;
import dev.indelible.event.ExpectedVersion;
import dev.indelible.event.Metadata;
import dev.indelible.event.NewEvent;
import dev.indelible.event.StreamName;
import dev.indelible.tck.DeciderSpec;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExamplesTest {
    @TempDir
    Path directory;

    @Test
    void the_quickstart_prints_what_the_readme_says_however_often_it_runs() {
        PrintStream before = System.out;
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        System.setOut(new PrintStream(printed, true, UTF_8));
        try {
            Quickstart.main(new String[] {url()});
            Quickstart.main(new String[] {url()});
        } finally {
            System.setOut(before);
        }
        assertThat(printed.toString(UTF_8).lines())
                .startsWith(
                        "the order is SHIPPED",
                        "1 Placed {\"item\":\"a book\"}",
                        "2 Shipped {\"carrier\":\"a bicycle\"}")
                .hasSize(3 + 5);
    }

    @Test
    void the_quickstarts_decider_is_specified() {
        DeciderSpec<Quickstart.Command, Quickstart.Order, Quickstart.OrderEvent> spec =
                DeciderSpec.of(Quickstart.Order.NEW);
        spec.when(new Quickstart.Place("a book")).then(new Quickstart.Placed("a book"));
        spec.given(new Quickstart.Placed("a book"))
                .when(new Quickstart.Place("another"))
                .thenNothing();
        spec.when(new Quickstart.Ship("a bicycle")).thenFails(IllegalStateException.class, "nothing was ordered");
    }

    @Test
    void sixty_students_take_exactly_ten_seats() throws Exception {
        try (EventStore store = EventStore.open(url());
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            CourseEnrolment course = new CourseEnrolment(store, 10);
            List<Callable<Boolean>> students = new ArrayList<>();
            for (int i = 0; i < 60; i++) {
                String student = "s" + i;
                students.add(() -> course.enrol(student, "java"));
            }
            int enrolled = 0;
            for (Future<Boolean> student : threads.invokeAll(students)) {
                enrolled += student.get() ? 1 : 0;
            }
            assertThat(enrolled).isEqualTo(10);
            assertThat(store.read(EventQuery.tags("course:java")).toList()).hasSize(10);
        }
    }

    @Test
    void a_subscription_goes_on_where_it_was() throws InterruptedException {
        try (EventStore store = EventStore.open(url())) {
            OrderCounter counter = new OrderCounter();
            for (int i = 1; i <= 3; i++) {
                store.append(StreamName.of("Order", "" + i), ExpectedVersion.any(), NewEvent.json("Placed", "{}"));
                store.append(StreamName.of("Other", "" + i), ExpectedVersion.any(), NewEvent.json("Placed", "{}"));
                counter.catchUp(store);
                assertThat(counter.placed()).isEqualTo(i);
            }
        }
    }

    @Test
    void a_repeated_append_is_recorded_once() {
        try (EventStore store = EventStore.open(url())) {
            NewEvent event = NewEvent.json("Placed", "{}");
            StreamName stream = StreamName.of("Order-1");
            assertThat(RetrySafely.append(store, stream, event).repeated()).isFalse();
            assertThat(RetrySafely.append(store, stream, event).repeated()).isTrue();
            assertThat(store.version(stream)).isEqualTo(1);
        }
    }

    @Test
    void a_codec_sets_names_metadata_and_tags() {
        Metadata context = Metadata.NONE.withCorrelationId("request-7").withUserId("zoe");
        NewEvent event = TracedOrders.codec(() -> context).encode(new TracedOrders.Placed("42", "a book"));
        assertThat(event.type()).isEqualTo("OrderPlaced");
        assertThat(event.tags()).hasToString("[customer:42]");
        assertThat(Metadata.of(event.metadata()).userId()).isEqualTo("zoe");
    }

    private String url() {
        return "embedded:" + directory;
    }
}
