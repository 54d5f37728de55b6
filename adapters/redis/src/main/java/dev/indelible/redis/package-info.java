/** Read models in Redis. */
@NullMarked
package dev.indelible.redis;

import org.jspecify.annotations.NullMarked;
