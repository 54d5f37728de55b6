package dev.indelible.lab;

import dev.indelible.event.Payload;
import org.axonframework.messaging.MetaData;
import org.axonframework.serialization.ChainingConverter;
import org.axonframework.serialization.Converter;
import org.axonframework.serialization.SerializedMetaData;
import org.axonframework.serialization.SerializedObject;
import org.axonframework.serialization.SerializedType;
import org.axonframework.serialization.Serializer;
import org.axonframework.serialization.SimpleSerializedObject;
import org.axonframework.serialization.SimpleSerializedType;

/** Hands Axon the JSON as the bytes that it already is, and back, so that Axon is not charged for making it. */
final class AxonSerializer implements Serializer {
    /** The one key of the metadata, whose value is their JSON. */
    static final String METADATA = "json";

    private final Converter converter = new ChainingConverter();

    /** What Axon has as payload; its type and schema version become payload type and revision. */
    record Event(String type, int schemaVersion, Payload data) {}

    @Override
    public <T> SerializedObject<T> serialize(Object object, Class<T> representation) {
        if (object instanceof MetaData metadata) {
            Payload json = metadata.get(METADATA) instanceof Payload payload ? payload : Payload.EMPTY_OBJECT;
            return new SerializedMetaData<>(bytes(json, representation), representation);
        }
        if (object instanceof Event event) {
            return new SimpleSerializedObject<>(
                    bytes(event.data(), representation),
                    representation,
                    event.type(),
                    Integer.toString(event.schemaVersion()));
        }
        throw new IllegalArgumentException("object: " + object + " (expected: an event or metadata)");
    }

    private <T> T bytes(Payload json, Class<T> representation) {
        return converter.convert(json.toBytes(), byte[].class, representation);
    }

    @Override
    public <T> boolean canSerializeTo(Class<T> representation) {
        return converter.canConvert(byte[].class, representation);
    }

    @Override
    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
    public <S, T> T deserialize(SerializedObject<S> object) {
        Payload json = Payload.json(converter.convert(object.getData(), object.getContentType(), byte[].class));
        SerializedType type = object.getType();
        return (T)
                (SerializedMetaData.isSerializedMetaData(object)
                        ? MetaData.with(METADATA, json)
                        : new Event(type.getName(), Integer.parseInt(type.getRevision()), json));
    }

    @Override
    public Class<?> classForType(SerializedType type) {
        return type.getName().equals(MetaData.class.getName()) ? MetaData.class : Event.class;
    }

    @Override
    @SuppressWarnings("rawtypes")
    public SerializedType typeForClass(Class type) {
        return new SimpleSerializedType(type.getName(), null);
    }

    @Override
    public Converter getConverter() {
        return converter;
    }
}
