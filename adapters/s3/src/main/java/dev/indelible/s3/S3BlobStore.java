package dev.indelible.s3;

import dev.indelible.EventStoreException.Unavailable;
import dev.indelible.blob.BlobHash;
import dev.indelible.blob.BlobStore;
import java.util.Base64;
import java.util.function.Supplier;
import software.amazon.awssdk.core.exception.AbortedException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.utils.Md5Utils;

/**
 * Blobs as objects of a bucket, {@code prefix/ab/cdef…}.
 *
 * <p>A put sends the MD5 of the content, which every server of this protocol compares with what it got before it
 * answers, so that no bytes damaged on the way become a blob. It does not ask first whether the blob is there: that
 * would cost each new one a request, and an object that is there and damaged would stay so.
 *
 * <p>The SDK repeats a request that fails as long as its retry strategy says. What then fails is {@link Unavailable},
 * also if access is denied. Needs the permissions {@code s3:GetObject} and {@code s3:PutObject}, and {@code
 * s3:ListBucket}, without which S3 calls a missing blob forbidden.
 */
public final class S3BlobStore implements BlobStore {
    private static final int NOT_FOUND = 404;

    private final S3Client client;
    private final String bucket;
    private final String prefix;
    private final Runnable onClose;

    S3BlobStore(S3Client client, String bucket, String prefix, Runnable onClose) {
        this.client = client;
        this.bucket = bucket;
        this.prefix = prefix.isEmpty() || prefix.endsWith("/") ? prefix : prefix + "/";
        this.onClose = onClose;
    }

    /**
     * Blobs in that bucket, through a client of the application's, which stays open.
     *
     * @param prefix what keys begin with; may be empty
     */
    public static S3BlobStore on(S3Client client, String bucket, String prefix) {
        return new S3BlobStore(client, bucket, prefix, () -> {});
    }

    @Override
    public String put(byte[] content) {
        String hash = BlobHash.of(content);
        String md5 = Base64.getEncoder().encodeToString(Md5Utils.computeMD5Hash(content));
        call(
                "put blob " + hash,
                () -> client.putObject(
                        request -> request.bucket(bucket).key(key(hash)).contentMD5(md5),
                        RequestBody.fromBytes(content)));
        return hash;
    }

    @Override
    public byte[] get(String hash) {
        String key = key(hash);
        byte[] content = call("get blob " + hash, () -> {
            try {
                return client.getObjectAsBytes(request -> request.bucket(bucket).key(key))
                        .asByteArray();
            } catch (NoSuchKeyException e) {
                throw BlobHash.missing(hash, toString());
            }
        });
        return BlobHash.verified(hash, content, "s3://" + bucket + "/" + key);
    }

    @Override
    public boolean contains(String hash) {
        String key = key(hash);
        return call("look for blob " + hash, () -> {
            try {
                client.headObject(request -> request.bucket(bucket).key(key));
                return true;
            } catch (S3Exception e) {
                // The answer has no body, and so does not tell a missing bucket from a missing object.
                if (e.statusCode() == NOT_FOUND) {
                    return false;
                }
                throw e;
            }
        });
    }

    @Override
    public void close() {
        onClose.run();
    }

    /** Bucket and prefix as a URL. */
    @Override
    public String toString() {
        return "s3://" + bucket + "/" + prefix;
    }

    private String key(String hash) {
        return prefix + BlobHash.path(hash);
    }

    private <T> T call(String what, Supplier<T> request) {
        try {
            return request.get();
        } catch (SdkException e) {
            if (e instanceof AbortedException) {
                Thread.currentThread().interrupt();
            }
            throw new Unavailable("blobs in " + this + ": cannot " + what + ": " + e.getMessage(), e);
        }
    }
}
