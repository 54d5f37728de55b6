package dev.indelible.postgres;

import dev.indelible.event.EventQuery;
import dev.indelible.event.Range;
import dev.indelible.event.Tag;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * An {@link EventQuery} as SQL, one page at a time, each found and ordered by an index.
 *
 * <p>An alternative becomes a branch that goes along the narrowest index: of its first tag, its stream, each of its
 * types, its category, or the positions. Several branches are merged by position; an event that two of them find comes
 * twice in a row.
 */
final class PageQuery {
    /** More branches than this are more than a server can plan quickly: then all events are looked at. */
    private static final int BRANCHES_MAX = 64;

    private static final Branch ALL = new Branch(EventQuery.all().items().get(0), Set.of());

    private final String schema;
    private final EventQuery query;
    private final Range range;
    private final List<Branch> branches;

    PageQuery(String schema, EventQuery query, Range range) {
        this.schema = '"' + schema + '"';
        this.query = query;
        this.range = range;
        this.branches = branchesOf(query);
    }

    /** Whether pages hold what the query asks for and nothing else. */
    boolean isExact() {
        return !branches.get(0).equals(ALL) || query.items().stream().anyMatch(EventQuery.Item::isAll);
    }

    /** A statement and its arguments: String, Long, or String[]. */
    record Page(String sql, List<Object> arguments) {
        PreparedStatement prepare(Connection connection) throws SQLException {
            PreparedStatement statement = connection.prepareStatement(sql);
            for (int i = 0; i < arguments.size(); i++) {
                Object argument = arguments.get(i);
                if (argument instanceof String[] list) {
                    statement.setArray(i + 1, connection.createArrayOf("text", list));
                } else {
                    statement.setObject(i + 1, argument);
                }
            }
            return statement;
        }
    }

    /**
     * First a row whose first column is the last position of all, as the same statement sees it, and whose others are
     * null; then the events between the positions, both exclusive, at most so many.
     */
    Page page(long after, long before, int limit) {
        Builder sql = new Builder(after, before, limit);
        sql.add("SELECT ").add(schema).add(".head(), ").add(Rows.NO_COLUMNS).add(" UNION ALL ");
        if (branches.size() == 1) {
            sql.add("(SELECT ").add(Rows.COLUMNS);
            branch(branches.get(0), sql);
            sql.add(")");
        } else {
            sql.add("(SELECT ").add(Rows.COLUMNS).add(" FROM (");
            String separator = "";
            for (Branch branch : branches) {
                sql.add(separator).add("(SELECT e.global_position");
                branch(branch, sql);
                sql.add(")");
                separator = " UNION ALL ";
            }
            sql.add(" ORDER BY global_position").add(direction()).add(" LIMIT " + limit + ") found JOIN ");
            sql.add(schema).add(".events e ON e.global_position = found.global_position");
            sql.add(" ORDER BY found.global_position").add(direction()).add(")");
        }
        return new Page(sql.text.toString(), sql.arguments);
    }

    /** An alternative, or one type of it, if the index of types is the one to go along. */
    private record Branch(EventQuery.Item item, Set<String> types) {}

    private static List<Branch> branchesOf(EventQuery query) {
        List<Branch> branches = new ArrayList<>();
        for (EventQuery.Item item : query.items()) {
            if (item.isAll()) {
                return List.of(ALL);
            } else if (item.tags().isEmpty()
                    && item.stream() == null
                    && !item.types().isEmpty()) {
                item.types().forEach(type -> branches.add(new Branch(item, Set.of(type))));
            } else {
                branches.add(new Branch(item, item.types()));
            }
        }
        if (branches.size() > BRANCHES_MAX) {
            return List.of(ALL);
        }
        return branches;
    }

    private void branch(Branch branch, Builder sql) {
        EventQuery.Item item = branch.item();
        List<Tag> tags = List.copyOf(item.tags());
        sql.add(" FROM ").add(schema).add(".events e");
        String order = "e.global_position";
        if (!tags.isEmpty()) {
            order = "t.global_position";
            sql.add(" JOIN ").add(schema).add(".event_tags t ON e.global_position = t.global_position WHERE t.tag = ?");
            sql.argument(tags.get(0).text());
            if (tags.size() > 1) {
                sql.add(" AND e.tags @> ?")
                        .argument(tags.stream().map(Tag::text).toArray(String[]::new));
            }
        } else {
            sql.add(" WHERE TRUE");
        }
        if (item.stream() != null) {
            order = tags.isEmpty() && query.items().size() == 1 ? "e.version" : order;
            sql.add(" AND e.stream_id = ?").argument(item.stream().value());
            versions(item.stream().value(), sql);
        }
        if (branch.types().size() == 1) {
            sql.add(" AND e.event_type = ?").argument(branch.types().iterator().next());
        } else if (!branch.types().isEmpty()) {
            sql.add(" AND e.event_type = ANY (?)").argument(branch.types().toArray(String[]::new));
        }
        if (item.category() != null) {
            sql.add(" AND e.stream_type = ?").argument(item.category());
        }
        String position = tags.isEmpty() ? "e.global_position" : "t.global_position";
        sql.add(" AND ").add(position).add(" > ? AND ").add(position).add(" < ?");
        sql.argument(sql.after).argument(sql.before);
        sql.add(" ORDER BY ").add(order).add(direction()).add(" LIMIT " + sql.limit);
    }

    /**
     * Positions grow with versions, so a range of positions is one of versions, which the index of streams can find.
     */
    private void versions(String stream, Builder sql) {
        if (sql.after > 0) {
            sql.add(" AND e.version >= (SELECT ").add(schema).add(".first_version_after(?, ?))");
            sql.argument(stream).argument(sql.after);
        }
        if (sql.before < Long.MAX_VALUE) {
            sql.add(" AND e.version < (SELECT ").add(schema).add(".first_version_after(?, ?))");
            sql.argument(stream).argument(sql.before - 1);
        }
        if (range.usesVersions()) {
            sql.add(" AND e.version >= ? AND e.version <= ?");
            sql.argument(range.fromVersion()).argument(range.toVersion());
        }
    }

    private String direction() {
        return range.backwards() ? " DESC" : "";
    }

    private static final class Builder {
        private final StringBuilder text = new StringBuilder();
        private final List<Object> arguments = new ArrayList<>();
        private final long after;
        private final long before;
        private final int limit;

        Builder(long after, long before, int limit) {
            this.after = after;
            this.before = before;
            this.limit = limit;
        }

        Builder add(String sql) {
            text.append(sql);
            return this;
        }

        Builder argument(Object value) {
            arguments.add(value);
            return this;
        }
    }
}
