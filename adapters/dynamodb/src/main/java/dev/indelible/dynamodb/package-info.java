/** A journal in a DynamoDB table, and a store for snapshots beside it. */
@NullMarked
package dev.indelible.dynamodb;

import org.jspecify.annotations.NullMarked;
