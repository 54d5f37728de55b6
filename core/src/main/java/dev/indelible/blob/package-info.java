/** Large payloads: a {@link dev.indelible.blob.BlobStore} holds them, events carry references. */
@NullMarked
package dev.indelible.blob;

import org.jspecify.annotations.NullMarked;
