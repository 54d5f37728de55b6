package dev.indelible.dynamodb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import dev.indelible.EventStore;
import dev.indelible.EventStoreException.Unavailable;
import dev.indelible.dynamodb.Between.Call;
import dev.indelible.dynamodb.Between.Mischief;
import dev.indelible.event.ExpectedVersion;
import dev.indelible.event.NewEvent;
import dev.indelible.event.StreamName;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProviderChain;
import software.amazon.awssdk.auth.credentials.SystemPropertyCredentialsProvider;
import software.amazon.awssdk.core.SdkSystemSetting;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.DynamoDbClientBuilder;

/** What is wrong with the wiring is said in one line when a store is opened. */
class OpeningTest {
    private static final int NOT_FOUND = 404;
    private static final Duration SOON = Duration.ofSeconds(10);
    private static final Duration SLOW = Duration.ofSeconds(7);

    private final String table = DynamoDbLocal.newTable();

    @BeforeEach
    void haveCredentials() {
        System.setProperty(SdkSystemSetting.AWS_ACCESS_KEY_ID.property(), "test");
        System.setProperty(SdkSystemSetting.AWS_SECRET_ACCESS_KEY.property(), "test");
    }

    @AfterEach
    void haveNoCredentials() {
        System.clearProperty(SdkSystemSetting.AWS_ACCESS_KEY_ID.property());
        System.clearProperty(SdkSystemSetting.AWS_SECRET_ACCESS_KEY.property());
    }

    private String url(URI endpoint) {
        return "dynamodb://" + table + "?endpoint=" + endpoint;
    }

    private static DynamoDbClientBuilder client() {
        return DynamoDbClient.builder()
                .httpClientBuilder(UrlConnectionHttpClient.builder())
                .credentialsProvider(AwsCredentialsProviderChain.of(SystemPropertyCredentialsProvider.create()))
                .region(Region.US_EAST_1);
    }

    private AbstractThrowableAssert<?, ? extends Throwable> assertRefuses(DynamoDbClientBuilder builder) {
        DynamoDbOptions options = DynamoDbOptions.of(table).withPatience(SOON);
        try (DynamoDbClient client = builder.build()) {
            return assertThatThrownBy(() -> DynamoDbJournal.on(client, options)).isInstanceOf(Unavailable.class);
        }
    }

    @Test
    void a_store_that_is_not_there_is_not_made_by_who_opens_an_existing_one() {
        String url = url(DynamoDbLocal.shared().endpoint());
        assertThatThrownBy(() -> EventStore.openExisting(url))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("no such store: dynamodb://" + table);
        try (DynamoDbClient client = DynamoDbLocal.shared().client()) {
            assertThat(client.listTablesPaginator().tableNames()).doesNotContain(table);
            try (EventStore store = EventStore.open(url)) {
                store.append(StreamName.of("Order-1"), ExpectedVersion.any(), NewEvent.json("Placed", "{}"));
            }
            try (EventStore store = EventStore.openExisting(url)) {
                assertThat(store.head().value()).isEqualTo(1);
            }
            client.deleteTable(request -> request.tableName(table));
        }
    }

    @Test
    void a_server_that_takes_long_for_each_commit_is_waited_for() throws IOException {
        try (Between between = new Between(DynamoDbLocal.shared().endpoint(), new Mischief() {
                    @Override
                    public void ended(Call call) {
                        long end = System.nanoTime() + SLOW.toNanos();
                        while (call.isCommit() && System.nanoTime() < end) {
                            LockSupport.parkNanos(end - System.nanoTime());
                        }
                    }
                });
                EventStore store = EventStore.open(url(between.endpoint()))) {
            assertThat(store.append(StreamName.of("Order-1"), ExpectedVersion.any(), NewEvent.json("Placed", "{}"))
                            .version())
                    .isEqualTo(1);
        }
    }

    @Test
    void no_credentials_is_said_with_where_they_may_be() {
        haveNoCredentials();
        assertRefuses(client().endpointOverride(DynamoDbLocal.shared().endpoint()))
                .hasMessage("DynamoDB table " + table + ": no AWS credentials (expected: AWS_ACCESS_KEY_ID and"
                        + " AWS_SECRET_ACCESS_KEY, a profile named by AWS_PROFILE, or a role of this machine)");
    }

    @Test
    void an_endpoint_where_nobody_listens_is_named() {
        assertThatThrownBy(() -> EventStore.open(url(URI.create("http://127.0.0.1:1"))))
                .isInstanceOf(Unavailable.class)
                .hasMessageContaining(table + ": http://127.0.0.1:1 cannot be reached: ")
                .hasMessageEndingWith("(expected: a server of DynamoDB there)");
    }

    @Test
    void an_endpoint_of_something_else_is_named() throws IOException {
        HttpServer other = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        other.createContext("/", exchange -> {
            try (exchange) {
                exchange.sendResponseHeaders(NOT_FOUND, -1);
            }
        });
        other.start();
        try {
            URI endpoint = URI.create("http://127.0.0.1:" + other.getAddress().getPort());
            assertThatThrownBy(() -> EventStore.open(url(endpoint)))
                    .isInstanceOf(Unavailable.class)
                    .hasMessage("DynamoDB table " + table + ": " + endpoint
                            + " answers with status 404 (expected: a server of DynamoDB there)");
        } finally {
            other.stop(0);
        }
    }

    @Test
    void a_region_that_there_is_not_is_named() {
        assertRefuses(client().region(Region.of("eu-moon-1")))
                .hasMessageContaining("no host dynamodb.eu-moon-1.amazonaws.com")
                .hasMessageContaining("(expected: a region that there is, not eu-moon-1");
    }

    @Test
    void a_permission_that_lacks_is_said_to_be_expected() throws IOException {
        try (Between between = new Between(DynamoDbLocal.shared().endpoint(), new Mischief() {
            @Override
            public String error(Call call) {
                return "AccessDeniedException";
            }
        })) {
            assertRefuses(client().endpointOverride(between.endpoint()))
                    .hasMessage("DynamoDB table " + table
                            + ": as a test (expected: that permission on the table and its indexes)");
        }
    }
}
