package dev.indelible.cli;

import dev.indelible.event.ExpectedVersion;
import dev.indelible.event.Position;
import dev.indelible.event.StreamName;
import dev.indelible.event.Tag;
import java.net.URI;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** From the text of an argument to the value that it means. */
final class Conversions {
    private Conversions() {}

    static void register(CommandLine commands) {
        commands.registerConverter(StreamName.class, said(StreamName::of));
        commands.registerConverter(Tag.class, said(Tag::of));
        commands.registerConverter(ExpectedVersion.class, said(Conversions::expectedVersion));
        commands.registerConverter(Position.class, said(text -> Position.of(number(text))));
        commands.registerConverter(UUID.class, said(Conversions::uuid));
        commands.registerConverter(Count.class, said(text -> new Count(number(text))));
        commands.registerConverter(URI.class, said(Conversions::address));
        commands.registerConverter(ServerAddress.class, said(ServerAddress::parse));
        commands.registerConverter(
                ProjectionsCommand.Operation.class, said(oneOf(ProjectionsCommand.Operation.values())));
        commands.registerConverter(UsersCommand.Operation.class, said(oneOf(UsersCommand.Operation.values())));
    }

    /**
     * A number that cannot be negative.
     *
     * @param value 0 or more
     */
    record Count(long value) {
        /** As many as there are. */
        static final Count ALL = new Count(Long.MAX_VALUE);

        @Override
        public String toString() {
            return Long.toString(value);
        }
    }

    /** The words in which an {@link ExpectedVersion} prints itself, or a number. */
    private static ExpectedVersion expectedVersion(String text) {
        return switch (text) {
            case "any" -> ExpectedVersion.any();
            case "no_stream" -> ExpectedVersion.noStream();
            case "exists" -> ExpectedVersion.exists();
            default -> {
                if (!text.matches("[0-9]{1,18}")) {
                    throw new IllegalArgumentException(
                            "\"" + text + "\" (expected: any, no_stream, exists or a number of events)");
                }
                yield ExpectedVersion.exactly(Long.parseLong(text));
            }
        };
    }

    private static URI address(String text) {
        if (!ServerAddress.isAddress(text) || URI.create(text).getHost() == null) {
            throw new IllegalArgumentException("\"" + text + "\" (expected: http://HOST:PORT)");
        }
        return URI.create(text.replaceAll("/+$", ""));
    }

    /** By what each calls itself. */
    private static <T> Function<String, T> oneOf(T[] all) {
        return text -> Stream.of(all)
                .filter(each -> each.toString().equals(text))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("\"" + text + "\" (expected: one of "
                        + Stream.of(all).map(Object::toString).collect(Collectors.joining(", ")) + ")"));
    }

    private static UUID uuid(String text) {
        if (!text.matches("\\p{XDigit}{8}(-\\p{XDigit}{4}){3}-\\p{XDigit}{12}")) {
            throw new IllegalArgumentException("\"" + text + "\" (expected: a UUID)");
        }
        return UUID.fromString(text);
    }

    private static long number(String text) {
        if (!text.matches("[0-9]{1,18}")) {
            throw new IllegalArgumentException("\"" + text + "\" (expected: a number, 0 or more)");
        }
        return Long.parseLong(text);
    }

    /** The message of a conversion's exception is what picocli shows of it. */
    private static <T> ITypeConverter<T> said(Function<String, T> conversion) {
        return text -> {
            try {
                return conversion.apply(text);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(e.getMessage());
            }
        };
    }
}
