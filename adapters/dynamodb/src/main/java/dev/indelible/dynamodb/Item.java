package dev.indelible.dynamodb;

import dev.indelible.EventStoreException.Corrupted;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** What stands in an item; what must be there and is not, or is something else, is {@link Corrupted}. */
final class Item {
    private Item() {}

    static AttributeValue value(Map<String, AttributeValue> item, String name) {
        AttributeValue value = item.get(name);
        if (value == null) {
            throw corrupted(item, "no " + name, null);
        }
        return value;
    }

    static String text(Map<String, AttributeValue> item, String name) {
        String text = value(item, name).s();
        if (text == null) {
            throw corrupted(item, name + ": " + value(item, name) + " (expected: a text)", null);
        }
        return text;
    }

    static long number(Map<String, AttributeValue> item, String name) {
        try {
            return Long.parseLong(value(item, name).n());
        } catch (NumberFormatException e) {
            throw corrupted(item, name + ": " + value(item, name) + " (expected: a number)", e);
        }
    }

    static Instant time(Map<String, AttributeValue> item, String name) {
        try {
            return Instant.parse(text(item, name));
        } catch (DateTimeException e) {
            throw corrupted(item, name + ": " + text(item, name) + " (expected: a time)", e);
        }
    }

    static Corrupted corrupted(Map<String, AttributeValue> item, String fault, @Nullable Throwable cause) {
        return new Corrupted("item " + item.get(Keys.PK) + " " + item.get(Keys.SK) + ": " + fault, cause);
    }

    static AttributeValue of(String text) {
        return AttributeValue.fromS(text);
    }

    static AttributeValue of(long number) {
        return AttributeValue.fromN(Long.toString(number));
    }
}
