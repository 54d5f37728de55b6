package dev.indelible.jackson;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.MonthDay;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.time.Period;
import java.time.Year;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.Currency;
import java.util.Date;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser.NumberType;

/** What simple values are called in a schema, and one of each for a sample. */
final class PlainTypes {
    private static final Instant TIME = Instant.parse("2000-01-02T03:04:05Z");
    private static final OffsetDateTime OFFSET = TIME.atOffset(ZoneOffset.UTC);

    /** Written as texts, unless the mapper says otherwise. */
    private static final Map<Class<?>, Plain> TEXTS = Map.ofEntries(
            Map.entry(UUID.class, new Plain("uuid", new UUID(0x7000, 0x8000_0000_0000_0000L))),
            Map.entry(Instant.class, new Plain("time", TIME)),
            Map.entry(Date.class, new Plain("time", Date.from(TIME))),
            Map.entry(OffsetDateTime.class, new Plain("time with offset", OFFSET)),
            Map.entry(ZonedDateTime.class, new Plain("time with zone", OFFSET.toZonedDateTime())),
            Map.entry(LocalDate.class, new Plain("date", OFFSET.toLocalDate())),
            Map.entry(LocalDateTime.class, new Plain("date and time of day", OFFSET.toLocalDateTime())),
            Map.entry(LocalTime.class, new Plain("time of day", OFFSET.toLocalTime())),
            Map.entry(OffsetTime.class, new Plain("time of day with offset", OFFSET.toOffsetTime())),
            Map.entry(Duration.class, new Plain("duration", Duration.ofMinutes(1))),
            Map.entry(Period.class, new Plain("period", Period.ofDays(1))),
            Map.entry(YearMonth.class, new Plain("month", YearMonth.from(OFFSET))),
            Map.entry(MonthDay.class, new Plain("day of the year", MonthDay.from(OFFSET))),
            Map.entry(ZoneId.class, new Plain("time zone", ZoneId.of("Europe/Paris"))),
            Map.entry(ZoneOffset.class, new Plain("time offset", ZoneOffset.UTC)),
            Map.entry(URI.class, new Plain("uri", URI.create("urn:text"))),
            Map.entry(Locale.class, new Plain("locale", Locale.ENGLISH)),
            Map.entry(Currency.class, new Plain("currency", Currency.getInstance("EUR"))),
            Map.entry(byte[].class, new Plain("bytes (base64)", new byte[] {1})),
            Map.entry(Character.class, new Plain("character", 't')),
            Map.entry(char.class, new Plain("character", 't')));

    private static final Map<Class<?>, String> NUMBERS = Map.ofEntries(
            Map.entry(byte.class, "whole number (byte)"),
            Map.entry(Byte.class, "whole number (byte)"),
            Map.entry(short.class, "whole number (short)"),
            Map.entry(Short.class, "whole number (short)"),
            Map.entry(int.class, "whole number (int)"),
            Map.entry(Integer.class, "whole number (int)"),
            Map.entry(long.class, "whole number (long)"),
            Map.entry(Long.class, "whole number (long)"),
            Map.entry(BigInteger.class, "whole number (any size)"),
            Map.entry(float.class, "number (float)"),
            Map.entry(Float.class, "number (float)"),
            Map.entry(double.class, "number (double)"),
            Map.entry(Double.class, "number (double)"),
            Map.entry(BigDecimal.class, "number (exact)"),
            Map.entry(Year.class, "year"));

    private PlainTypes() {}

    /** What a value is called, and one such. */
    record Plain(String type, Object value) {}

    /** For a class whose values are written as texts; just text if it is not known. */
    static Plain text(Class<?> type) {
        Plain plain = TEXTS.get(type);
        return plain == null ? new Plain("text", "text") : plain;
    }

    /** For a class whose values are written as numbers, and, if it is not known, by the kind of number. */
    static String number(Class<?> type, @Nullable NumberType kind, boolean isWhole) {
        String known = NUMBERS.get(type);
        if (known != null || kind == null) {
            return known != null ? known : isWhole ? "whole number (any size)" : "number (exact)";
        }
        return switch (kind) {
            case INT -> "whole number (int)";
            case LONG -> "whole number (long)";
            case BIG_INTEGER -> "whole number (any size)";
            case FLOAT -> "number (float)";
            case DOUBLE -> "number (double)";
            case BIG_DECIMAL -> "number (exact)";
        };
    }
}
