package dev.indelible.server.kurrent;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.protobuf.Value;
import dev.indelible.event.Json;
import dev.indelible.event.NewEvent;
import dev.indelible.server.kurrent.protocol.StreamsV2Protocol.AppendRecord;
import dev.indelible.server.kurrent.protocol.StreamsV2Protocol.SchemaFormat;
import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;

/**
 * The records of the newer protocol as events: the schema's name is the event type, and the properties with the schema
 * are the custom metadata, a JSON object.
 */
final class RecordForm {
    private static final String SCHEMA_NAME = "$schema.name";
    private static final String SCHEMA_FORMAT = "$schema.format";
    private static final String SCHEMA_ID = "$schema.id";

    private RecordForm() {}

    static NewEvent event(AppendRecord record, boolean tagsKept) {
        if (record.getSchema().getName().isEmpty()) {
            throw Refusals.badRequest("schema name: missing (expected: the type of the event)");
        }
        boolean json = record.getSchema().getFormat() == SchemaFormat.SCHEMA_FORMAT_JSON;
        MetadataForm form = MetadataForm.of(properties(record).getBytes(UTF_8), tagsKept);
        return new NewEvent(
                record.hasRecordId() ? EventForm.fromText(record.getRecordId()) : UUID.randomUUID(),
                record.getSchema().getName(),
                form.schemaVersion(),
                EventForm.payload(json, record.getData().toByteArray()),
                form.metadata(),
                form.tags());
    }

    private static String properties(AppendRecord record) {
        Map<String, Value> properties = new LinkedHashMap<>(record.getPropertiesMap());
        properties.put(SCHEMA_NAME, text(record.getSchema().getName()));
        properties.put(SCHEMA_FORMAT, text(format(record.getSchema().getFormat())));
        if (record.getSchema().hasId()) {
            properties.put(SCHEMA_ID, text(record.getSchema().getId()));
        }
        StringBuilder json = new StringBuilder();
        object(properties, json);
        return json.toString();
    }

    private static Value text(String text) {
        return Value.newBuilder().setStringValue(text).build();
    }

    private static String format(SchemaFormat format) {
        return switch (format) {
            case SCHEMA_FORMAT_JSON -> "Json";
            case SCHEMA_FORMAT_PROTOBUF -> "Protobuf";
            case SCHEMA_FORMAT_AVRO -> "Avro";
            case SCHEMA_FORMAT_BYTES -> "Bytes";
            case SCHEMA_FORMAT_UNSPECIFIED, UNRECOGNIZED ->
                throw Refusals.badRequest("schema format: missing (expected: JSON, PROTOBUF, AVRO or BYTES)");
        };
    }

    private static void object(Map<String, Value> members, StringBuilder json) {
        json.append('{');
        boolean first = true;
        for (Map.Entry<String, Value> member : members.entrySet()) {
            json.append(first ? "" : ",");
            Json.quote(member.getKey(), json);
            json.append(':');
            value(member.getValue(), json);
            first = false;
        }
        json.append('}');
    }

    private static void value(Value value, StringBuilder json) {
        switch (value.getKindCase()) {
            case STRING_VALUE -> Json.quote(value.getStringValue(), json);
            case BOOL_VALUE -> json.append(value.getBoolValue());
            case NUMBER_VALUE -> json.append(number(value.getNumberValue()));
            case STRUCT_VALUE -> object(value.getStructValue().getFieldsMap(), json);
            case LIST_VALUE -> {
                json.append('[');
                for (int i = 0; i < value.getListValue().getValuesCount(); i++) {
                    json.append(i == 0 ? "" : ",");
                    value(value.getListValue().getValues(i), json);
                }
                json.append(']');
            }
            case NULL_VALUE, KIND_NOT_SET -> json.append("null");
        }
    }

    /** Whole numbers without a fraction, as they were before they became a double. */
    private static String number(double number) {
        if (!Double.isFinite(number)) {
            throw Refusals.badRequest("property: " + number + " (expected: a finite number)");
        }
        BigDecimal exact = BigDecimal.valueOf(number).stripTrailingZeros();
        return exact.scale() <= 0 ? exact.toBigInteger().toString() : exact.toString();
    }
}
