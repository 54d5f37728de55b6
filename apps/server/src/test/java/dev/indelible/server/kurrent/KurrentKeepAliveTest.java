package dev.indelible.server.kurrent;

import static dev.indelible.server.kurrent.Gateway.event;
import static org.assertj.core.api.Assertions.assertThat;

import com.linecorp.armeria.common.SessionProtocol;
import com.linecorp.armeria.server.Server;
import com.linecorp.armeria.server.ServerBuilder;
import dev.indelible.EventStore;
import dev.indelible.memory.MemoryJournal;
import dev.indelible.server.security.Rights;
import io.kurrent.dbclient.KurrentDBClient;
import io.kurrent.dbclient.ResolvedEvent;
import io.kurrent.dbclient.Subscription;
import io.kurrent.dbclient.SubscriptionListener;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Connections on which nothing happens, between a client and a server that both look often whether the other lives. */
@Timeout(60)
class KurrentKeepAliveTest {
    private static final Duration LOOKS_EVERY = Duration.ofSeconds(1);
    private static final Duration IDLE_TIMEOUT = Duration.ofMillis(1_500);
    private static final int QUIET_S = 6;

    @Test
    void a_subscription_on_which_nothing_happens_stays_and_tells_what_comes_then() throws InterruptedException {
        BlockingQueue<String> told = new LinkedBlockingQueue<>();
        SubscriptionListener listener = new SubscriptionListener() {
            @Override
            public void onEvent(Subscription subscription, ResolvedEvent event) {
                told.add(Gateway.texts(List.of(event)).get(0));
            }

            @Override
            public void onCancelled(Subscription subscription, Throwable error) {
                told.add("ended: " + error);
            }
        };
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
                EventStore store = EventStore.on(new MemoryJournal())) {
            KurrentGateway gateway = new KurrentGateway(store, threads, new Boundless(), null);
            ServerBuilder builder = Server.builder()
                    .port(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), SessionProtocol.HTTP)
                    .idleTimeout(IDLE_TIMEOUT)
                    .pingInterval(LOOKS_EVERY);
            gateway.addTo(builder);
            builder.decorator((delegate, context, request) -> {
                Rights.ALL.assignTo(context);
                return delegate.serve(context, request);
            });
            Server server = builder.build();
            server.start().join();
            try {
                KurrentDBClient client = Gateway.connect("esdb://localhost:" + server.activeLocalPort()
                        + "?tls=false&keepAliveInterval=1000&keepAliveTimeout=1000");
                Gateway.get(client.subscribeToAll(listener));
                // Nothing is told for so long: that the client, or the server, would give up is what is awaited.
                assertThat(told.poll(QUIET_S, TimeUnit.SECONDS)).isNull();
                Gateway.get(client.appendToStream("Order-1", event("Placed", 1)));
                assertThat(told.poll(20, TimeUnit.SECONDS)).isEqualTo("1");
                Gateway.get(client.shutdown());
            } finally {
                gateway.close();
                server.stop().join();
            }
        }
    }

    private static final class Boundless implements AppendRoom {
        @Override
        public int enter(long bytes) {
            return 0;
        }

        @Override
        public void leave(int counted) {}
    }
}
