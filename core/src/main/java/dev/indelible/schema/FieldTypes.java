package dev.indelible.schema;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Which type reads all that was recorded with another. */
final class FieldTypes {
    private static final List<String> CHOICES = List.of("enum(", "one of(");

    /** What reads every value of a number type without losing any of it, beside the type itself. */
    private static final Map<String, Set<String>> WIDER = Map.of(
            "whole number (byte)", wholeAnd("short", "int", "long", "any size"),
            "whole number (short)", wholeAnd("int", "long", "any size"),
            "whole number (int)", wholeAnd("long", "any size"),
            "whole number (long)", Set.of("whole number (any size)", "number (exact)"),
            "whole number (any size)", Set.of("number (exact)"),
            "number (float)", Set.of("number (double)"));

    private FieldTypes() {}

    /** Whether what was recorded as the one type can be read as the other. */
    static boolean reads(String is, String was) {
        return is.equals(was)
                || WIDER.getOrDefault(was, Set.of()).contains(is)
                || (sameKindOfChoice(was, is) && gone(was, is).isEmpty());
    }

    /** What is wrong with the other type, in words. */
    static String change(String was, String is) {
        Set<String> gone = sameKindOfChoice(was, is) ? gone(was, is) : Set.of();
        return gone.isEmpty()
                ? "its type was " + was + ", is " + is
                : String.join(" and ", gone) + (gone.size() == 1 ? " is" : " are") + " gone from " + was;
    }

    private static boolean sameKindOfChoice(String was, String is) {
        return CHOICES.stream().anyMatch(kind -> was.startsWith(kind) && is.startsWith(kind));
    }

    private static Set<String> gone(String was, String is) {
        Set<String> gone = new TreeSet<>(constants(was));
        gone.removeAll(constants(is));
        return gone;
    }

    private static Set<String> constants(String choice) {
        String names = choice.substring(choice.indexOf('(') + 1, choice.length() - (choice.endsWith(")") ? 1 : 0));
        return new TreeSet<>(Arrays.asList(names.split("\\|")));
    }

    private static Set<String> wholeAnd(String... sizes) {
        Set<String> types = new TreeSet<>(List.of("number (exact)", "number (double)"));
        for (String size : sizes) {
            types.add("whole number (" + size + ")");
        }
        return types;
    }
}
