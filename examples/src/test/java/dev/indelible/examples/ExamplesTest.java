package dev.indelible.examples;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.indelible.EventStore;
import dev.indelible.blob.BlobReference;
import dev.indelible.decider.Repository;
import dev.indelible.embedded.EmbeddedSnapshots;
import dev.indelible.event.Appended;
import dev.indelible.event.EventQuery;
import dev.indelible.event.ExpectedVersion;
import dev.indelible.event.Metadata;
import dev.indelible.event.NewEvent;
import dev.indelible.event.Position;
import dev.indelible.event.RecordedEvent;
import dev.indelible.event.StreamName;
import dev.indelible.jackson.JacksonCodec;
import dev.indelible.memory.MemoryJournal;
import dev.indelible.memory.MemorySnapshots;
import dev.indelible.personal.KeyRing;
import dev.indelible.tck.DeciderSpec;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
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
            List<Callable<Set<String>>> students = new ArrayList<>();
            for (int i = 0; i < 60; i++) {
                String student = "s" + i;
                students.add(() -> course.enrol(student, "java"));
            }
            int enrolled = 0;
            for (Future<Set<String>> student : threads.invokeAll(students)) {
                if (student.state() == Future.State.SUCCESS) {
                    enrolled++;
                } else {
                    assertThat(student.exceptionNow()).hasMessage("java is full");
                }
            }
            assertThat(enrolled).isEqualTo(10);
            assertThat(store.read(EventQuery.tags("course:java")).toList()).hasSize(10);
        }
    }

    @Test
    void an_order_goes_its_way_and_no_other() {
        DeciderSpec<Ordering.Command, Ordering.Order, Ordering.OrderEvent> spec = DeciderSpec.of(Ordering.Order.NONE);
        LocalDate friday = LocalDate.of(2026, 11, 27);
        spec.when(new Ordering.Place("1", "anna", friday)).then(new Ordering.Placed("1", "anna", friday));
        spec.given(new Ordering.Placed("1", "anna", friday), new Ordering.Approved("1"))
                .when(new Ordering.Cancel("1", "too late"))
                .then(new Ordering.Cancelled("1", "too late"));
        spec.given(new Ordering.Placed("1", "anna", friday), new Ordering.Approved("1"), new Ordering.Shipped("1"))
                .when(new Ordering.Cancel("1", "too late"))
                .thenFails(IllegalStateException.class, "Cancel: the order is SHIPPED");
    }

    @Test
    void a_command_that_arrives_twice_is_handled_once_also_after_a_restart() {
        LocalDate friday = LocalDate.of(2026, 11, 27);
        for (int day = 1; day <= 2; day++) {
            try (EventStore store = EventStore.open(url());
                    EmbeddedSnapshots snapshots = EmbeddedSnapshots.open(directory)) {
                OrderDesk desk = new OrderDesk(store, snapshots);
                assertThat(desk.receive("r1", "1", new Ordering.Place("1", "anna", friday)))
                        .isEqualTo(Ordering.Order.PLACED);
                assertThat(desk.receive("r2", "1", new Ordering.Approve("1"))).isEqualTo(Ordering.Order.APPROVED);
                assertThat(store.version(StreamName.of("Order-1"))).isEqualTo(2);
                assertThat(desk.snapshots().faults()).isZero();
            }
        }
    }

    @Test
    void a_replay_lists_what_the_rules_would_not_have_allowed() {
        try (EventStore store = EventStore.open(url())) {
            StreamName order = StreamName.of("Order-1");
            store.append(order, ExpectedVersion.noStream(), NewEvent.json("OrderPlaced", """
                    {"order_id":"1","customer_id":"anna","estimated_delivery":"2026-11-27"}"""));
            for (String type : List.of("Approved", "Shipped", "Delivered", "Cancelled", "Shipped")) {
                store.append(order, ExpectedVersion.any(), NewEvent.json("Order" + type, "{\"order_id\":\"1\"}"));
            }
            OrderReplay replay = OrderReplay.of(store);
            assertThat(replay.accepted()).isEqualTo(4);
            assertThat(replay.refused())
                    .containsExactly(
                            "Order-1 version 5, OrderCancelled: Cancel: the order is DELIVERED",
                            "Order-1 version 6, OrderShipped: Ship: the order is DELIVERED");
        }
    }

    @Test
    void an_aggregate_that_changes_itself_is_wrapped() {
        try (EventStore store = EventStore.open(url())) {
            var accounts = Repository.of(
                    store,
                    "Account",
                    new WrappedAggregate.Accounts(),
                    JacksonCodec.of(WrappedAggregate.AccountEvent.class));
            accounts.handle("1", account -> account.deposit(100));
            var handled = accounts.handle("1", account -> {
                account.withdraw(30);
                account.withdraw(30);
            });
            assertThat(handled.events()).hasSize(2);
            assertThat(handled.state().balance()).isEqualTo(40);
            assertThat(accounts.load("1").state().balance()).isEqualTo(40);
            assertThatThrownBy(() -> accounts.handle("1", account -> account.withdraw(41)))
                    .isInstanceOf(IllegalStateException.class);
            assertThat(store.version(StreamName.of("Account-1"))).isEqualTo(3);
        }
    }

    @Test
    void somebody_who_counts_goes_on_after_a_restart_from_what_was_saved() throws InterruptedException {
        Position saved = Position.START;
        long placed = 0;
        for (int day = 1; day <= 3; day++) {
            try (EventStore store = EventStore.open(url())) {
                for (String category : List.of("Order", "Other")) {
                    StreamName stream = StreamName.of(category, "" + day);
                    store.append(stream, ExpectedVersion.any(), NewEvent.json("Placed", "{}"));
                    store.append(stream, ExpectedVersion.any(), NewEvent.json("Shipped", "{}"));
                }
                OrderCounter counter = new OrderCounter(saved, placed);
                counter.catchUp(store);
                saved = counter.saved();
                placed = counter.placed();
                assertThat(placed).isEqualTo(day);
                assertThat(saved).as("also past what others recorded").isEqualTo(store.head());
            }
        }
    }

    @Test
    void an_append_whose_answer_got_lost_is_recorded_once() {
        try (EventStore store = EventStore.on(new LosesAnswers(new MemoryJournal(), 1))) {
            StreamName stream = StreamName.of("Order-1");
            Appended appended = RetrySafely.append(store, stream, NewEvent.json("Placed", "{}"));
            assertThat(appended.repeated()).isTrue();
            assertThat(appended.version()).isEqualTo(1);
            assertThat(store.version(stream)).isEqualTo(1);
        }
    }

    @Test
    void a_repeated_append_is_recorded_once_also_after_a_restart() {
        NewEvent event = NewEvent.json("Placed", "{}");
        StreamName stream = StreamName.of("Order-1");
        try (EventStore store = EventStore.open(url())) {
            assertThat(RetrySafely.append(store, stream, event).repeated()).isFalse();
        }
        try (EventStore store = EventStore.open(url())) {
            assertThat(RetrySafely.append(store, stream, event).repeated()).isTrue();
            assertThat(store.version(stream)).isEqualTo(1);
        }
    }

    @Test
    void a_codec_sets_names_metadata_and_tags() {
        Metadata context = Metadata.NONE.withCorrelationId("request-7").withUserId("zoe");
        NewEvent placed = TracedOrders.codec(() -> context).encode(new TracedOrders.Placed("42", "a book"));
        assertThat(placed.type()).isEqualTo("OrderPlaced");
        assertThat(placed.tags()).hasToString("[customer:42]");
        assertThat(Metadata.of(placed.metadata()).userId()).isEqualTo("zoe");
        NewEvent dispatched = TracedOrders.codec(() -> context).encode(new TracedOrders.Dispatched("a bicycle"));
        assertThat(dispatched.type()).isEqualTo("OrderShipped");
        assertThat(dispatched.tags()).isEmpty();
    }

    @Test
    void an_event_of_the_old_shape_is_read_beside_the_new_one() {
        try (EventStore store = EventStore.open(url())) {
            StreamName stream = StreamName.of("Order-1");
            NewEvent old = NewEvent.json("OrderPlaced", "{\"price\":12.50}");
            PricedOrders.Placed now = new PricedOrders.Placed(new BigDecimal("3.10"), "CHF");
            store.append(
                    stream, ExpectedVersion.any(), old, PricedOrders.codec().encode(now));
            assertThat(store.read(EventQuery.stream(stream)).stream()
                            .flatMap(event -> PricedOrders.codec().decode(event).stream())
                            .map(PricedOrders::today))
                    .containsExactly(new PricedOrders.Placed(new BigDecimal("12.50"), "EUR"), now);
        }
    }

    @Test
    void events_of_every_earlier_shape_are_read_as_todays() {
        OrderHistory.Placed placed =
                new OrderHistory.Placed(new OrderHistory.Customer("Zoe"), new BigDecimal("12.50"), "EUR");
        try (EventStore store = EventStore.open(url())) {
            StreamName stream = StreamName.of("Order-1");
            store.append(
                    stream,
                    ExpectedVersion.any(),
                    NewEvent.json("OrderPlaced", "{\"customer\":\"Zoe\",\"price\":12.50}"),
                    NewEvent.json("OrderPlaced", "{\"customer\":\"Zoe\",\"amount\":12.50,\"currency\":\"EUR\"}")
                            .withSchemaVersion(2),
                    OrderHistory.codec().encode(placed),
                    NewEvent.json("OrderViewed", "{\"page\":\"home\"}"),
                    NewEvent.json("OrderMoved", "{\"carrier\":\"a bicycle\",\"arrived\":false}"),
                    NewEvent.json("OrderMoved", "{\"carrier\":\"a bicycle\",\"arrived\":true}"));
            OrderHistory.Shipped shipped = new OrderHistory.Shipped("a bicycle");
            assertThat(store.read(EventQuery.stream(stream)).stream()
                            .flatMap(event -> OrderHistory.codec().decode(event).stream()))
                    .containsExactly(placed, placed, placed, shipped, shipped, new OrderHistory.Received());
            assertThat(store.read(EventQuery.stream(stream)).stream()
                            .flatMap(event -> OrderHistory.today(event).stream())
                            .map(RecordedEvent::type))
                    .containsExactly(
                            "OrderPlaced",
                            "OrderPlaced",
                            "OrderPlaced",
                            "OrderShipped",
                            "OrderShipped",
                            "OrderReceived");
        }
    }

    @Test
    void a_tolerant_codec_lives_with_what_it_does_not_know() {
        NewEvent unknown = NewEvent.json("OrderPraised", "{}");
        NewEvent newer = NewEvent.json("OrderShipped", "{\"carrier\":\"a bicycle\",\"track\":7}")
                .withSchemaVersion(2);
        StreamName stream = StreamName.of("Order-1");
        RecordedEvent first = RecordedEvent.of(unknown, stream, 1, Position.of(1), Instant.EPOCH);
        RecordedEvent second = RecordedEvent.of(newer, stream, 2, Position.of(2), Instant.EPOCH);
        assertThat(OrderHistory.tolerantCodec().decode(first)).isEmpty();
        assertThat(OrderHistory.tolerantCodec().decode(second)).containsExactly(new OrderHistory.Shipped("a bicycle"));
        assertThatThrownBy(() -> OrderHistory.codec().decode(first)).hasMessageContaining("unknown type");
        assertThatThrownBy(() -> OrderHistory.codec().decode(second)).hasMessageContaining("schema version 2");
    }

    @Test
    void what_led_to_an_event_can_be_followed_back() {
        RequestContext context = new RequestContext();
        JacksonCodec<TracedOrders.OrderEvent> codec = TracedOrders.codec(context::current);
        try (EventStore store = EventStore.open(url())) {
            StreamName stream = StreamName.of("Order-1");
            context.during(
                    Metadata.NONE.withCorrelationId("request-7"),
                    () -> store.append(
                            stream, ExpectedVersion.any(), codec.encode(new TracedOrders.Placed("42", "a book"))));
            RecordedEvent placed = store.read(EventQuery.stream(stream)).next();
            context.during(
                    RequestContext.causedBy(placed),
                    () -> store.append(
                            stream, ExpectedVersion.any(), codec.encode(new TracedOrders.Dispatched("dhl"))));
            RecordedEvent dispatched =
                    store.read(EventQuery.stream(stream)).toList().get(1);
            assertThat(Metadata.of(dispatched.metadata()).correlationId()).isEqualTo("request-7");
            assertThat(Metadata.of(dispatched.metadata()).causationId())
                    .isEqualTo(placed.id().toString());
        }
    }

    @Test
    void a_context_ends_with_its_work_and_is_not_seen_by_other_threads() throws Exception {
        RequestContext context = new RequestContext();
        Metadata mine = Metadata.NONE.withUserId("zoe");
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            AtomicReference<Future<Metadata>> others = new AtomicReference<>();
            assertThatThrownBy(() -> context.during(mine, () -> {
                        assertThat(context.current()).isEqualTo(mine);
                        others.set(threads.submit(context::current));
                        throw new IllegalStateException("refused");
                    }))
                    .hasMessage("refused");
            assertThat(others.get().get(10, SECONDS)).isEqualTo(Metadata.NONE);
        }
        assertThat(context.current()).isEqualTo(Metadata.NONE);
    }

    @Test
    void an_event_without_a_conversation_begins_one() {
        NewEvent first = NewEvent.json("Placed", "{}");
        RecordedEvent recorded = RecordedEvent.of(first, StreamName.of("Order-1"), 1, Position.of(1), Instant.EPOCH);
        assertThat(RequestContext.causedBy(recorded).correlationId())
                .isEqualTo(first.id().toString());
    }

    @Test
    void a_scan_comes_back_from_the_blobs_and_the_journal_holds_a_reference() {
        String blobs = "file:" + directory.resolve("blobs");
        byte[] pdf = new byte[3 << 20];
        new Random(7).nextBytes(pdf);
        try (EventStore store = LargePayloads.open(url(), blobs)) {
            LargePayloads.scanned(store, "1", new byte[] {1});
            LargePayloads.scanned(store, "1", pdf);
            assertThat(LargePayloads.latestScan(store, "1")).isEqualTo(pdf);
        }
        try (EventStore store = EventStore.open(url())) {
            assertThat(store.read(EventQuery.all()).stream()
                            .map(event -> BlobReference.of(event.data()).map(BlobReference::size)))
                    .containsExactly(Optional.empty(), Optional.of(3 << 20));
        }
        try (EventStore store = LargePayloads.openForVideos(url(), blobs)) {
            assertThat(LargePayloads.latestScan(store, "1")).isEqualTo(pdf);
        }
    }

    @Test
    void a_customer_is_forgotten_and_the_order_stays() throws IOException {
        Path masterKeys = Files.writeString(
                directory.resolve("master-keys"), Base64.getEncoder().encodeToString(new byte[32]));
        ForgottenCustomer.Placed placed = new ForgottenCustomer.Placed(
                "42",
                "Zoë Quartz",
                Optional.of(new ForgottenCustomer.Address("Mill Lane 7", "Hull")),
                new BigDecimal("12.50"));
        ForgottenCustomer.Shipped shipped = new ForgottenCustomer.Shipped("a bicycle");
        ForgottenCustomer.Placed forgotten =
                new ForgottenCustomer.Placed("42", null, Optional.empty(), new BigDecimal("12.50"));
        Map<String, String> names = new HashMap<>();
        try (EventStore store = EventStore.open(url());
                KeyRing keys = ForgottenCustomer.keysIn(directory.resolve("keys"), masterKeys)) {
            ForgottenCustomer example = new ForgottenCustomer(store, keys, new MemorySnapshots());
            example.append("1", placed);
            example.append("1", shipped);
            assertThat(example.history("1")).containsExactly(placed, shipped);
            example.about("42").forEach(event -> ForgottenCustomer.project(event, names));
            assertThat(names).containsEntry("customer:42", "Zoë Quartz");

            assertThat(example.forget("42").streams()).containsExactly(StreamName.of("Order-1"));
            assertThat(example.history("1")).containsExactly(forgotten, shipped);
            assertThat(example.about("42"))
                    .containsExactly(forgotten, new ForgottenCustomer.SubjectShredded("customer:42"));
            example.about("42").forEach(event -> ForgottenCustomer.project(event, names));
            assertThat(names).isEmpty();
            assertThatThrownBy(() -> example.append("2", placed)).hasMessageContaining("customer:42 was shredded at");
        }
        try (EventStore store = EventStore.open(url());
                KeyRing keys = ForgottenCustomer.keysIn(directory.resolve("keys"), masterKeys)) {
            ForgottenCustomer example = new ForgottenCustomer(store, keys, new MemorySnapshots());
            assertThat(example.history("1")).as("after a restart").containsExactly(forgotten, shipped);
        }
    }

    private String url() {
        return "embedded:" + directory.resolve("store");
    }
}
