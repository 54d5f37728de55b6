/** Blobs in a bucket of Amazon S3, or of a server that speaks its protocol. */
@NullMarked
package dev.indelible.s3;

import org.jspecify.annotations.NullMarked;
