package dev.indelible.dynamodb;

import static dev.indelible.event.ExpectedVersion.any;
import static dev.indelible.event.ExpectedVersion.exactly;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.indelible.EventStore;
import dev.indelible.EventStoreException.Conflict;
import dev.indelible.dynamodb.Between.Call;
import dev.indelible.dynamodb.Between.Mischief;
import dev.indelible.event.NewEvent;
import dev.indelible.event.StreamName;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;

/** Turns at a stream that several processes want cost time only, and nothing where nobody waits. */
@Timeout(value = TurnsTest.PATIENCE_S, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class TurnsTest {
    static final long PATIENCE_S = 60;

    private static final StreamName HOT = StreamName.of("Hot-1");
    private static final StreamName OTHER = StreamName.of("Other-1");
    private static final Duration LONG = Duration.ofSeconds(10);

    private final String table = DynamoDbLocal.newTable();
    private Between between;
    private DynamoDbClient client;
    private EventStore mine;
    private EventStore others;

    @BeforeEach
    void open() throws IOException {
        between = new Between(DynamoDbLocal.shared().endpoint(), new Mischief() {});
        client = DynamoDbLocal.client(between.endpoint());
        mine = EventStore.on(DynamoDbJournal.on(client, DynamoDbOptions.of(table)));
        others = EventStore.on(DynamoDbJournal.on(client, DynamoDbOptions.of(table)));
        mine.append(HOT, any(), event());
        mine.append(OTHER, any(), event());
    }

    @AfterEach
    void close() {
        mine.close();
        others.close();
        client.deleteTable(request -> request.tableName(table));
        client.close();
        between.close();
    }

    private static NewEvent event() {
        return NewEvent.json("Counted", "{}");
    }

    private boolean isMarked() {
        return client.getItem(request -> request.tableName(table).key(Keys.HEAD).consistentRead(true))
                .item()
                .containsKey("turn_of");
    }

    /** The other store appends, and this one comes too late. */
    private void comeTooLate(EventStore late, EventStore early) {
        long version = early.version(HOT);
        early.append(HOT, exactly(version), event());
        assertThatThrownBy(() -> late.append(HOT, exactly(version), event())).isInstanceOf(Conflict.class);
    }

    @Test
    void who_is_late_twice_in_a_row_marks_the_head_and_its_next_append_is_the_next() {
        comeTooLate(mine, others);
        assertThat(isMarked()).isFalse();
        comeTooLate(mine, others);
        assertThat(isMarked()).isTrue();
        long version = mine.version(HOT);
        assertThat(mine.append(HOT, exactly(version), event()).version()).isEqualTo(version + 1);
        assertThat(isMarked()).isFalse();
    }

    @Test
    void a_turn_that_nobody_takes_costs_those_time_who_want_the_same_and_nobody_else() {
        comeTooLate(mine, others);
        comeTooLate(mine, others);
        others.append(OTHER, any(), event());
        assertThat(isMarked()).isTrue();
        long began = System.nanoTime();
        others.append(HOT, any(), event());
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(LONG);
        assertThat(isMarked()).isFalse();
    }

    @Test
    void an_append_waits_while_it_is_anothers_turn() throws Exception {
        comeTooLate(mine, others);
        comeTooLate(mine, others);
        long version = mine.version(HOT);
        AtomicInteger looks = new AtomicInteger();
        between.now(new Mischief() {
            @Override
            public String error(Call call) {
                // The first look of who waits: the one whose turn it is appends, and only then the look is answered.
                if (call.operation().equals("GetItem") && looks.getAndIncrement() == 0) {
                    mine.append(HOT, exactly(version), event());
                }
                return "";
            }
        });
        assertThatThrownBy(() -> others.append(HOT, exactly(version), event())).isInstanceOf(Conflict.class);
        assertThat(looks.get()).isPositive();
        assertThat(mine.version(HOT)).isEqualTo(version + 1);
    }

    @Test
    void who_may_not_mark_the_head_appends_without() {
        AtomicInteger refused = new AtomicInteger();
        between.now(new Mischief() {
            @Override
            public String error(Call call) {
                boolean isMark = call.operation().equals("UpdateItem");
                refused.addAndGet(isMark ? 1 : 0);
                return isMark ? "AccessDeniedException" : "";
            }
        });
        for (int i = 0; i < 3; i++) {
            comeTooLate(mine, others);
        }
        assertThat(refused.get()).isPositive();
        assertThat(isMarked()).isFalse();
        long version = mine.version(HOT);
        assertThat(mine.append(HOT, exactly(version), event()).version()).isEqualTo(version + 1);
    }
}
