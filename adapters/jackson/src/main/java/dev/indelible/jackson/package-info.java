/** A codec for sealed interfaces of records, by Jackson: {@link dev.indelible.jackson.JacksonCodec}. */
@NullMarked
package dev.indelible.jackson;

import org.jspecify.annotations.NullMarked;
