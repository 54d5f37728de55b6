package dev.indelible.s3;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.indelible.EventStore;
import dev.indelible.EventStoreException.Unavailable;
import dev.indelible.blob.BlobHash;
import dev.indelible.blob.BlobStore;
import dev.indelible.blob.ClaimCheck;
import dev.indelible.event.EventQuery;
import dev.indelible.event.ExpectedVersion;
import dev.indelible.event.NewEvent;
import dev.indelible.event.Payload;
import dev.indelible.event.StreamName;
import dev.indelible.memory.MemoryJournal;
import dev.indelible.tck.BlobStoreContract;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.model.S3Object;

class S3BlobStoreTest implements BlobStoreContract {
    private static final byte[] CONTENT = "content".getBytes(UTF_8);
    private static final String KEY_ID = "aws.accessKeyId";
    private static final String SECRET = "aws.secretAccessKey";

    private static S3Server server;

    private final String bucket = "bucket-" + UUID.randomUUID();
    private BlobStore blobs;

    @BeforeAll
    static void start() throws Exception {
        server = S3Server.start();
        System.setProperty(KEY_ID, S3Server.KEY_ID);
        System.setProperty(SECRET, S3Server.SECRET);
    }

    @AfterAll
    static void stop() {
        System.clearProperty(KEY_ID);
        System.clearProperty(SECRET);
        server.close();
    }

    @BeforeEach
    void open() {
        server.client().createBucket(request -> request.bucket(bucket));
        blobs = another();
    }

    @AfterEach
    void close() {
        blobs.close();
    }

    @Override
    public BlobStore blobs() {
        return blobs;
    }

    @Override
    public BlobStore another() {
        return BlobStore.open("s3://" + bucket + "/some/prefix" + server.options());
    }

    @Override
    public void replace(String hash, byte[] bytes) {
        server.client().putObject(request -> request.bucket(bucket).key(key(hash)), RequestBody.fromBytes(bytes));
    }

    @Override
    public void remove(String hash) {
        server.client().deleteObject(request -> request.bucket(bucket).key(key(hash)));
    }

    private static String key(String hash) {
        return "some/prefix/" + BlobHash.path(hash);
    }

    @Test
    void a_blob_is_one_object_under_the_prefix() {
        String hash = blobs.put(CONTENT);
        blobs.put(CONTENT);
        assertThat(server.client()
                        .listObjectsV2(request -> request.bucket(bucket))
                        .contents())
                .extracting(S3Object::key)
                .containsExactly(key(hash));
        assertThat(blobs).hasToString("s3://" + bucket + "/some/prefix/");
    }

    @Test
    void a_bucket_may_be_used_without_prefix_and_by_a_client_of_the_applications() {
        String hash;
        try (BlobStore bare = BlobStore.open("s3://" + bucket + server.options())) {
            hash = bare.put(CONTENT);
        }
        BlobStore shared = S3BlobStore.on(server.client(), bucket, "");
        shared.close();
        assertThat(shared.get(hash)).isEqualTo(CONTENT);
        assertThat(S3BlobStore.on(server.client(), bucket, "other/").contains(hash))
                .isFalse();
    }

    @Test
    void events_have_their_large_data_in_the_bucket() {
        byte[] data = new byte[3 << 20];
        try (EventStore store = EventStore.on(ClaimCheck.on(new MemoryJournal(), another()))) {
            store.append(StreamName.of("Scan-1"), ExpectedVersion.any(), NewEvent.of("Scanned", Payload.binary(data)));
            assertThat(blobs.contains(BlobHash.of(data))).isTrue();
            assertThat(store.read(EventQuery.all()).next().data().toBytes()).isEqualTo(data);
        }
    }

    @Test
    void a_bucket_that_is_not_there_is_unavailable_and_its_blobs_are_not_called_missing() {
        try (BlobStore nowhere = BlobStore.open("s3://nowhere-at-all/prefix" + server.options())) {
            assertUnavailable(nowhere, "s3://nowhere-at-all/prefix/");
        }
    }

    @Test
    void wrong_credentials_are_unavailable() {
        System.setProperty(SECRET, "wrong");
        try (BlobStore stranger = another()) {
            assertUnavailable(stranger, "s3://" + bucket + "/some/prefix/");
        } finally {
            System.setProperty(SECRET, S3Server.SECRET);
        }
    }

    @Test
    void a_server_that_does_not_answer_is_unavailable() throws Exception {
        String options;
        try (S3Server gone = S3Server.start()) {
            options = gone.options();
        }
        try (BlobStore unreachable = BlobStore.open("s3://" + bucket + "/p" + options)) {
            assertThatThrownBy(() -> unreachable.put(CONTENT))
                    .isInstanceOf(Unavailable.class)
                    .hasMessageStartingWith("blobs in s3://" + bucket + "/p/: cannot put blob " + BlobHash.of(CONTENT))
                    .hasCauseInstanceOf(SdkException.class);
        }
    }

    @Test
    void urls_that_are_not_understood_are_refused() {
        assertRefused("s3:bucket", "blob URL: \"s3:bucket\" (expected: s3://BUCKET or s3://BUCKET/PREFIX)");
        assertRefused("s3://", "(expected: s3://BUCKET");
        assertRefused("s3://Bucket/p", "(expected: s3://BUCKET");
        assertRefused("s3://bucket?path_style=yes", "path_style=yes (expected: true or false)");
        assertRefused("s3://bucket?endpoint=localhost:9000", "endpoint=localhost:9000 (expected: http://HOST:PORT");
        assertRefused("s3://bucket?secret=x", "option \"secret\" (expected for s3: endpoint, path_style, region)");
        assertRefused("floppy:a", "(expected: file:./blobs, s3://bucket/prefix?region=eu-central-1)");
    }

    private static void assertUnavailable(BlobStore store, String place) {
        String hash = BlobHash.of(CONTENT);
        for (Runnable use : new Runnable[] {() -> store.put(CONTENT), () -> store.get(hash)}) {
            assertThatThrownBy(use::run)
                    .isInstanceOf(Unavailable.class)
                    .hasMessageStartingWith("blobs in " + place + ": cannot ")
                    .hasCauseInstanceOf(SdkException.class);
        }
    }

    private static void assertRefused(String url, String message) {
        assertThatThrownBy(() -> BlobStore.open(url))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }
}
