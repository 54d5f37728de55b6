package dev.indelible.dynamodb;

import dev.indelible.EventStoreException.Corrupted;
import java.util.Map;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** What stands in an item; what must be there and is not is {@link Corrupted}. */
final class Item {
    private Item() {}

    static AttributeValue value(Map<String, AttributeValue> item, String name) {
        AttributeValue value = item.get(name);
        if (value == null) {
            throw new Corrupted("item " + item.get(Keys.PK) + " " + item.get(Keys.SK) + ": no " + name, null);
        }
        return value;
    }

    static String text(Map<String, AttributeValue> item, String name) {
        return value(item, name).s();
    }

    static long number(Map<String, AttributeValue> item, String name) {
        return Long.parseLong(value(item, name).n());
    }

    static AttributeValue of(String text) {
        return AttributeValue.fromS(text);
    }

    static AttributeValue of(long number) {
        return AttributeValue.fromN(Long.toString(number));
    }
}
