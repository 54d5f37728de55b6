package dev.indelible.s3;

import dev.indelible.EventStoreException.Unavailable;
import dev.indelible.blob.BlobStore;
import dev.indelible.blob.BlobStoreProvider;
import dev.indelible.blob.BlobUrl;
import java.net.URI;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;
import software.amazon.awssdk.services.s3.S3Configuration;

/**
 * Opens {@code s3://bucket/prefix}. Options: {@code endpoint}, the URL of a server that is not Amazon's; {@code
 * region}, otherwise as the environment says, or {@code us-east-1} beside an endpoint; {@code path_style=true}, where
 * the bucket is a part of the path and not of the host. Credentials are those of the SDK's default chain.
 */
public final class S3BlobStores implements BlobStoreProvider {
    private static final String ENDPOINT = "endpoint";
    private static final String REGION = "region";
    private static final String PATH_STYLE = "path_style";
    private static final Pattern PLACE = Pattern.compile("//([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:/(.*))?");

    /** For the service loader. */
    public S3BlobStores() {}

    @Override
    public String scheme() {
        return "s3";
    }

    @Override
    public String example() {
        return "s3://bucket/prefix?region=eu-central-1";
    }

    @Override
    public BlobStore open(BlobUrl url) {
        url.allowOptions(Set.of(ENDPOINT, REGION, PATH_STYLE));
        Matcher place = PLACE.matcher(url.place());
        if (!place.matches()) {
            throw new IllegalArgumentException(
                    "blob URL: \"s3:" + url.place() + "\" (expected: s3://BUCKET or s3://BUCKET/PREFIX)");
        }
        String prefix = place.group(2) == null ? "" : place.group(2);
        S3Client client = client(url);
        return new S3BlobStore(client, place.group(1), prefix, client::close);
    }

    private static S3Client client(BlobUrl url) {
        // The SDK's own checksums and chunks are not known to every server; put and get have checks of their own.
        S3ClientBuilder builder = S3Client.builder()
                .httpClientBuilder(UrlConnectionHttpClient.builder())
                .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
                .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
                .serviceConfiguration(
                        S3Configuration.builder().chunkedEncodingEnabled(false).build())
                .forcePathStyle(isPathStyle(url.options().get(PATH_STYLE)));
        String endpoint = url.options().get(ENDPOINT);
        String region = url.options().get(REGION);
        if (endpoint != null) {
            builder.endpointOverride(endpoint(endpoint));
            region = region == null ? Region.US_EAST_1.id() : region;
        }
        if (region != null) {
            builder.region(Region.of(region));
        }
        try {
            return builder.build();
        } catch (SdkException e) {
            if (region == null) {
                throw new Unavailable("S3: no region (expected: ?region=…, AWS_REGION or one in the AWS profile)", e);
            }
            throw new Unavailable("S3: " + e.getMessage(), e);
        }
    }

    private static URI endpoint(String text) {
        if (!text.matches("https?://[^/?#]+/?")) {
            throw new IllegalArgumentException(
                    "blob URL: endpoint=" + text + " (expected: http://HOST:PORT or https://HOST:PORT)");
        }
        return URI.create(text);
    }

    private static boolean isPathStyle(@Nullable String text) {
        if (text != null && !text.equals("true") && !text.equals("false")) {
            throw new IllegalArgumentException("blob URL: path_style=" + text + " (expected: true or false)");
        }
        return "true".equals(text);
    }
}
