package dev.indelible.server.kurrent;

import static dev.indelible.server.kurrent.Gateway.event;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.indelible.EventStore;
import dev.indelible.memory.MemoryJournal;
import dev.indelible.server.Certificates;
import dev.indelible.server.Endpoint;
import dev.indelible.server.IndelibleServer;
import dev.indelible.server.ProjectionSources;
import dev.indelible.server.kurrent.protocol.UsersGrpc;
import dev.indelible.server.kurrent.protocol.UsersProtocol.ChangePasswordReq;
import dev.indelible.server.kurrent.protocol.UsersProtocol.CreateReq;
import dev.indelible.server.kurrent.protocol.UsersProtocol.DeleteReq;
import dev.indelible.server.kurrent.protocol.UsersProtocol.DetailsReq;
import dev.indelible.server.kurrent.protocol.UsersProtocol.DetailsResp;
import dev.indelible.server.kurrent.protocol.UsersProtocol.DisableReq;
import dev.indelible.server.kurrent.protocol.UsersProtocol.EnableReq;
import dev.indelible.server.kurrent.protocol.UsersProtocol.ResetPasswordReq;
import dev.indelible.server.kurrent.protocol.UsersProtocol.UpdateReq;
import dev.indelible.server.security.Users;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.MetadataUtils;
import io.kurrent.dbclient.AppendToStreamOptions;
import io.kurrent.dbclient.DeleteStreamOptions;
import io.kurrent.dbclient.EventData;
import io.kurrent.dbclient.KurrentDBClient;
import io.kurrent.dbclient.ReadAllOptions;
import io.kurrent.dbclient.ReadResult;
import io.kurrent.dbclient.ReadStreamOptions;
import io.kurrent.dbclient.StreamState;
import io.kurrent.dbclient.SubscribeToAllOptions;
import io.kurrent.dbclient.SubscribeToStreamOptions;
import io.kurrent.dbclient.Subscription;
import io.kurrent.dbclient.SubscriptionListener;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The official Java client over TLS, with users. */
@Timeout(180)
class KurrentUsersTest {
    private static final Metadata.Key<String> EXCEPTION =
            Metadata.Key.of("exception", Metadata.ASCII_STRING_MARSHALLER);
    private static final String[] ZOE = {"zoe", "zoe's: password"};
    private static final String[] BOB = {"bob", "bob's"};
    private static final String[] ADMIN = {Users.FIRST, "chosen by whoever runs it"};
    private static final String[] NOBODY = {};

    @TempDir
    static Path directory;

    private static Certificates certificates;
    private static Users users;
    private static EventStore store;
    private static IndelibleServer server;
    private static KurrentDBClient client;
    private static ManagedChannel channel;

    @BeforeAll
    static void start() throws Exception {
        certificates = Certificates.in(directory, "RSA");
        users = Users.open(directory.resolve("users"));
        users.addFirst(ADMIN[1]);
        users.create(ZOE[0], ZOE[1], "Zoe", List.of("sales"));
        users.create(BOB[0], BOB[1], "Bob", List.of());
        store = EventStore.on(new MemoryJournal());
        Endpoint endpoint = Endpoint.of("127.0.0.1", 0)
                .withTls(certificates.certificate(), certificates.key())
                .withUsers(users);
        server = IndelibleServer.start(store, endpoint, ProjectionSources.none());
        client = connect("");
        channel = NettyChannelBuilder.forAddress("localhost", server.port())
                .sslContext(GrpcSslContexts.forClient()
                        .trustManager(certificates.authority().toFile())
                        .build())
                .build();
    }

    private static KurrentDBClient connect(String credentials) {
        return Gateway.connect("esdb://" + credentials + "localhost:" + server.port() + "?tls=true&tlsCaFile="
                + certificates.authority());
    }

    @AfterAll
    static void stop() {
        Gateway.get(client.shutdown());
        channel.shutdownNow();
        server.close();
        store.close();
        users.close();
    }

    @Test
    void credentials_in_the_address_are_used_for_every_call() {
        KurrentDBClient admin = connect(Users.FIRST + ":chosen%20by%20whoever%20runs%20it@");
        try {
            Gateway.get(admin.appendToStream("Address-1", event("Placed", 1)));
            assertThat(Gateway.texts(Gateway.get(admin.readStream("Address-1", ReadStreamOptions.get()))
                            .getEvents()))
                    .containsExactly("1");
        } finally {
            Gateway.get(admin.shutdown());
        }
    }

    @Test
    void streams_of_users_are_for_all_users_and_for_nobody_else() {
        append("Order-1", ZOE, event("Placed", 1));
        append("Order-1", BOB, event("Paid", 2));

        assertThat(texts("Order-1", ADMIN)).containsExactly("1", "2");
        assertDenied(() -> append("Order-1", NOBODY, event("Stolen", 3)));
        assertDenied(() -> texts("Order-1", NOBODY));
        assertThat(texts("Order-1", ZOE)).containsExactly("1", "2");
    }

    @Test
    void a_wrong_password_an_unknown_user_and_one_who_is_kept_out_are_unauthenticated() {
        append("Wrong-1", BOB, event("Placed", 1));
        users.create("eve", "eve's", "Eve", List.of());
        assertThat(texts("Wrong-1", new String[] {"eve", "eve's"})).hasSize(1);
        users.setDisabled("eve", true);

        for (String[] wrong : List.of(
                new String[] {"bob", "zoe's: password"},
                new String[] {"bob", ""},
                new String[] {"nobody", "bob's"},
                new String[] {"eve", "eve's"},
                new String[] {"BOB", "bob's"})) {
            StatusRuntimeException refused =
                    catchThrowableOfType(StatusRuntimeException.class, () -> texts("Wrong-1", wrong));
            assertThat(refused.getStatus().getCode()).as(wrong[0]).isEqualTo(Status.Code.UNAUTHENTICATED);
            assertThat(refused.getStatus().getDescription()).isEqualTo("Unauthenticated");
        }
    }

    @Test
    void each_right_in_the_metadata_of_a_stream_holds_for_what_it_names() throws Exception {
        for (String right : List.of("$r", "$w", "$d", "$mr", "$mw")) {
            String stream = "Right" + right.substring(1) + "-1";
            append(stream, ADMIN, event("Placed", 1));
            append("$$" + stream, ADMIN, metadata("{\"$acl\":{\"" + right + "\":[\"$ops\",\"sales\"]}}"));

            assertMay(right.equals("$r"), stream, () -> texts(stream, BOB), () -> texts(stream, ZOE));
            assertMay(right.equals("$r"), stream, () -> follow(stream, BOB), () -> follow(stream, ZOE));
            assertMay(
                    right.equals("$w"),
                    stream,
                    () -> append(stream, BOB, event("Paid", 1)),
                    () -> append(stream, ZOE, event("Paid", 1)));
            assertMay(right.equals("$mr"), stream, () -> texts("$$" + stream, BOB), () -> texts("$$" + stream, ZOE));
            EventData same = metadata("{\"$acl\":{\"" + right + "\":\"sales\"}}");
            assertMay(
                    right.equals("$mw"),
                    stream,
                    () -> append("$$" + stream, BOB, same),
                    () -> append("$$" + stream, ZOE, same));
            assertMay(right.equals("$d"), stream, () -> delete(stream, BOB), () -> delete(stream, ZOE));
            assertThat(append(stream, ADMIN, event("Again", 1))).isNotNull();
            assertMay(right.equals("$d"), stream, () -> tombstone(stream, BOB), () -> tombstone(stream, ZOE));
        }
    }

    private interface Attempt {
        Object run() throws Exception;
    }

    private static void assertMay(boolean onlySales, String stream, Attempt bobs, Attempt zoes) throws Exception {
        if (onlySales) {
            assertDenied(bobs);
        } else if (bobs.run() instanceof Runnable close) {
            close.run();
        }
        if (onlySales && zoes.run() instanceof Runnable close) {
            close.run();
        }
        assertThat(stream).isNotEmpty();
    }

    @Test
    void what_belongs_to_the_system_is_for_admins() throws Exception {
        assertDenied(() -> all(ZOE));
        assertDenied(() -> followAll(ZOE));
        assertDenied(() -> all(NOBODY));
        assertDenied(() -> append("$mine", ZOE, event("Placed", 1)));
        assertDenied(() -> append("$settings", ZOE, event("Placed", 1)));
        assertDenied(() -> texts("$settings", ZOE));
        append("$mine", ADMIN, event("Placed", 1));
        assertThat(all(ADMIN)).isPositive();
        followAll(ADMIN).run();
    }

    @Test
    void the_whole_store_is_for_those_whom_its_metadata_names() {
        users.create("reader", "reader's", "", List.of("readers"));
        String[] reader = {"reader", "reader's"};
        assertDenied(() -> all(reader));
        append("$$$all", ADMIN, metadata("{\"$acl\":{\"$r\":\"readers\"}}"));

        assertThat(all(reader)).isPositive();
        assertDenied(() -> all(ZOE));
        append("$$$all", ADMIN, metadata("{}"));
        assertDenied(() -> all(reader));
    }

    @Test
    void a_link_does_not_show_what_the_caller_may_not_read() {
        append("Secret-1", ADMIN, event("Placed", 1));
        append("Secret-2", ADMIN, event("Placed", 2));
        append("$$Secret-2", ADMIN, metadata("{\"$acl\":{\"$r\":\"$admins\"}}"));
        append("Links-1", ADMIN, link("0@Secret-1"), link("0@Secret-2"));

        for (String stream : List.of("$ce-Secret", "Links-1")) {
            ReadStreamOptions resolved =
                    ReadStreamOptions.get().resolveLinkTos().authenticated(BOB[0], BOB[1]);
            ReadResult seen = Gateway.get(client.readStream(stream, resolved));
            assertThat(seen.getEvents()).hasSize(2);
            assertThat(seen.getEvents().get(0).getEvent().getEventData()).isEqualTo("1".getBytes(UTF_8));
            assertThat(seen.getEvents().get(1).getEvent()).isNull();
            assertThat(seen.getEvents().get(1).getLink()).isNotNull();
        }
    }

    @Test
    void rights_follow_the_user_during_a_call_and_after() {
        users.create("mallory", "mallory's", "", List.of());
        String[] mallory = {"mallory", "mallory's"};
        append("Mallory-1", mallory, event("Placed", 1));
        users.update("mallory", "another", "", List.of());
        assertThatThrownBy(() -> append("Mallory-1", mallory, event("Placed", 1)))
                .isInstanceOfSatisfying(
                        StatusRuntimeException.class,
                        refused -> assertThat(refused.getStatus().getCode()).isEqualTo(Status.Code.UNAUTHENTICATED));
        append("Mallory-1", new String[] {"mallory", "another"}, event("Placed", 2));
        users.delete("mallory");
        assertThatThrownBy(() -> append("Mallory-1", new String[] {"mallory", "another"}, event("Placed", 3)))
                .isInstanceOf(StatusRuntimeException.class);
        assertThat(texts("Mallory-1", ADMIN)).containsExactly("1", "2");
    }

    @Test
    void the_defaults_are_what_the_settings_say() {
        append("Settings-1", ADMIN, event("Placed", 1));
        append(
                "$settings",
                ADMIN,
                settings("{\"$userStreamAcl\":{\"$r\":\"sales\"},\"$systemStreamAcl\":{\"$r\":\"bob\"}}"));
        try {
            await(() -> catchThrowable(() -> texts("Settings-1", BOB)) != null);
            assertDenied(() -> texts("Settings-1", BOB));
            assertThat(texts("Settings-1", ZOE)).hasSize(1);
            append("Settings-1", BOB, event("Placed", 2));
            assertThat(texts("$settings", BOB)).isNotEmpty();
        } finally {
            append("$settings", ADMIN, settings("{}"));
        }
        await(() -> catchThrowable(() -> texts("Settings-1", BOB)) == null);
        assertDenied(() -> texts("$settings", BOB));
    }

    private static EventData settings(String json) {
        return EventData.builderAsJson("$settings", json.getBytes(UTF_8)).build();
    }

    private static void await(BooleanSupplier condition) {
        long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).isLessThan(deadline);
        }
    }

    @Test
    void admins_look_after_users_and_each_user_after_himself() {
        UsersGrpc.UsersBlockingStub admin = users(ADMIN);
        CreateReq create = CreateReq.newBuilder()
                .setOptions(CreateReq.Options.newBuilder()
                        .setLoginName("ann")
                        .setPassword("ann's")
                        .setFullName("Ann")
                        .addGroups("sales"))
                .build();
        admin.create(create);
        assertRefused(Status.Code.FAILED_PRECONDITION, "user-conflict", () -> admin.create(create));

        String[] ann = {"ann", "ann's"};
        DetailsResp.UserDetails details = details(ann, "ann").get(0);
        assertThat(details.getFullName()).isEqualTo("Ann");
        assertThat(details.getGroupsList()).containsExactly("sales");
        assertThat(details.getDisabled()).isFalse();
        assertThat(details.getLastUpdated().getTicksSinceEpoch())
                .isGreaterThan(EventForm.ticks(Instant.now().minusSeconds(600)));
        assertThat(details(ADMIN, ""))
                .extracting(DetailsResp.UserDetails::getLoginName)
                .contains("admin", "ann", "bob");

        users(ann).changePassword(change("ann", "ann's", "ann's second"));
        assertRefused(Status.Code.UNAUTHENTICATED, null, () -> details(ann, "ann"));
        String[] second = {"ann", "ann's second"};
        assertThat(details(second, "ann")).hasSize(1);
        assertRefused(
                Status.Code.PERMISSION_DENIED,
                "access-denied",
                () -> users(second).changePassword(change("ann", "wrong", "third")));

        admin.disable(DisableReq.newBuilder()
                .setOptions(DisableReq.Options.newBuilder().setLoginName("ann"))
                .build());
        assertRefused(Status.Code.UNAUTHENTICATED, null, () -> details(second, "ann"));
        admin.enable(EnableReq.newBuilder()
                .setOptions(EnableReq.Options.newBuilder().setLoginName("ann"))
                .build());
        admin.resetPassword(ResetPasswordReq.newBuilder()
                .setOptions(ResetPasswordReq.Options.newBuilder()
                        .setLoginName("ann")
                        .setNewPassword("given"))
                .build());
        admin.update(UpdateReq.newBuilder()
                .setOptions(UpdateReq.Options.newBuilder()
                        .setLoginName("ann")
                        .setFullName("Ann B.")
                        .addGroups("$ops"))
                .build());
        String[] given = {"ann", "given"};
        assertThat(details(given, "ann").get(0).getFullName()).isEqualTo("Ann B.");
        assertThat(details(given, "")).hasSizeGreaterThan(2);
        DeleteReq delete = DeleteReq.newBuilder()
                .setOptions(DeleteReq.Options.newBuilder().setLoginName("ann"))
                .build();
        admin.delete(delete);
        assertRefused(Status.Code.NOT_FOUND, "user-not-found", () -> admin.delete(delete));
        assertRefused(Status.Code.NOT_FOUND, "user-not-found", () -> details(ADMIN, "ann"));
    }

    @Test
    void users_may_not_look_after_others() {
        for (String[] caller : List.of(ZOE, NOBODY)) {
            UsersGrpc.UsersBlockingStub stub = users(caller);
            for (Runnable attempt : List.<Runnable>of(
                    () -> stub.create(CreateReq.getDefaultInstance()),
                    () -> stub.update(UpdateReq.getDefaultInstance()),
                    () -> stub.delete(DeleteReq.getDefaultInstance()),
                    () -> stub.disable(DisableReq.getDefaultInstance()),
                    () -> stub.enable(EnableReq.getDefaultInstance()),
                    () -> stub.resetPassword(ResetPasswordReq.getDefaultInstance()),
                    () -> stub.changePassword(change("bob", "bob's", "mine")),
                    () -> stub.changePassword(change("", "", "mine")),
                    () -> details(caller, "bob"),
                    () -> details(caller, ""))) {
                assertRefused(Status.Code.PERMISSION_DENIED, "access-denied", attempt);
            }
        }
    }

    private static UsersGrpc.UsersBlockingStub users(String[] by) {
        Metadata headers = new Metadata();
        if (by.length > 0) {
            String basic = Base64.getEncoder().encodeToString((by[0] + ":" + by[1]).getBytes(UTF_8));
            headers.put(Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER), "Basic " + basic);
        }
        return UsersGrpc.newBlockingStub(channel)
                .withDeadlineAfter(60, TimeUnit.SECONDS)
                .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers));
    }

    private static List<DetailsResp.UserDetails> details(String[] by, String login) {
        DetailsReq request = DetailsReq.newBuilder()
                .setOptions(DetailsReq.Options.newBuilder().setLoginName(login))
                .build();
        List<DetailsResp.UserDetails> all = new ArrayList<>();
        users(by).details(request).forEachRemaining(details -> all.add(details.getUserDetails()));
        return all;
    }

    private static ChangePasswordReq change(String login, String current, String next) {
        return ChangePasswordReq.newBuilder()
                .setOptions(ChangePasswordReq.Options.newBuilder()
                        .setLoginName(login)
                        .setCurrentPassword(current)
                        .setNewPassword(next))
                .build();
    }

    private static void assertRefused(Status.Code code, @Nullable String exception, Runnable attempt) {
        StatusRuntimeException refused = catchThrowableOfType(StatusRuntimeException.class, attempt::run);
        assertThat(refused).isNotNull();
        assertThat(refused.getStatus().getCode()).isEqualTo(code);
        assertThat(refused.getTrailers()).isNotNull();
        assertThat(refused.getTrailers().get(EXCEPTION)).isEqualTo(exception);
    }

    private static Object append(String stream, String[] by, EventData... events) {
        AppendToStreamOptions options = AppendToStreamOptions.get().streamState(StreamState.any());
        return Gateway.get(client.appendToStream(stream, as(options, options::authenticated, by), events));
    }

    private static List<String> texts(String stream, String[] by) {
        ReadStreamOptions options = ReadStreamOptions.get();
        return Gateway.texts(Gateway.get(client.readStream(stream, as(options, options::authenticated, by)))
                .getEvents());
    }

    private static int all(String[] by) {
        ReadAllOptions options = ReadAllOptions.get().fromStart();
        return Gateway.get(client.readAll(as(options, options::authenticated, by)))
                .getEvents()
                .size();
    }

    private static Runnable follow(String stream, String[] by) {
        SubscribeToStreamOptions options = SubscribeToStreamOptions.get();
        Subscription subscription = Gateway.get(client.subscribeToStream(
                stream, new SubscriptionListener() {}, as(options, options::authenticated, by)));
        return subscription::stop;
    }

    private static Runnable followAll(String[] by) {
        SubscribeToAllOptions options = SubscribeToAllOptions.get();
        Subscription subscription = Gateway.get(
                client.subscribeToAll(new SubscriptionListener() {}, as(options, options::authenticated, by)));
        return subscription::stop;
    }

    private static Object delete(String stream, String[] by) {
        DeleteStreamOptions options = DeleteStreamOptions.get().streamState(StreamState.any());
        return Gateway.get(client.deleteStream(stream, as(options, options::authenticated, by)));
    }

    private static Object tombstone(String stream, String[] by) {
        DeleteStreamOptions options = DeleteStreamOptions.get().streamState(StreamState.any());
        return Gateway.get(client.tombstoneStream(stream, as(options, options::authenticated, by)));
    }

    /** Options that a caller of that login and password uses, or a caller without. */
    private static <T> T as(T options, BiFunction<String, String, T> authenticated, String[] by) {
        return by.length == 0 ? options : authenticated.apply(by[0], by[1]);
    }

    private static EventData metadata(String json) {
        return EventData.builderAsJson("$metadata", json.getBytes(UTF_8)).build();
    }

    private static EventData link(String to) {
        return EventData.builderAsBinary("$>", to.getBytes(UTF_8)).build();
    }

    private static void assertDenied(Attempt attempt) {
        StatusRuntimeException refused = catchThrowableOfType(StatusRuntimeException.class, attempt::run);
        assertThat(refused).isNotNull();
        assertThat(refused.getStatus().getCode()).isEqualTo(Status.Code.PERMISSION_DENIED);
        assertThat(refused.getTrailers()).isNotNull();
        assertThat(refused.getTrailers().get(EXCEPTION)).isEqualTo("access-denied");
    }
}
