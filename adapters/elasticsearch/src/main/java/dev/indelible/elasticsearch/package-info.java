/** Read models in Elasticsearch. */
@NullMarked
package dev.indelible.elasticsearch;

import org.jspecify.annotations.NullMarked;
