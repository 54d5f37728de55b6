/** A gateway that speaks the gRPC protocol of KurrentDB and EventStoreDB, over any store. */
@NullMarked
package dev.indelible.server.kurrent;

import org.jspecify.annotations.NullMarked;
