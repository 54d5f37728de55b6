/** The words of the model: streams, events, queries, appends. Values only, without behaviour of any engine. */
@NullMarked
package dev.indelible.event;

import org.jspecify.annotations.NullMarked;
