package dev.indelible.examples;

import co.elastic.clients.elasticsearch.core.SearchResponse;
import co.elastic.clients.elasticsearch.core.search.Hit;
import dev.indelible.redis.RedisTarget;
import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import redis.clients.jedis.params.ZRangeParams;
import redis.clients.jedis.resps.Tuple;

/** What can be asked about orders. It knows the read models, and neither the store nor the decider. */
final class OrderQueries {
    /** Most documents of an answer to a search, and most customers of the figures. */
    static final int SHOWN_MAX = 20;

    private static final String COLUMNS = "order_id, customer_id, status, estimated_delivery";

    private final ReadModels readModels;

    OrderQueries(ReadModels readModels) {
        this.readModels = readModels;
    }

    record OrderView(String orderId, String customerId, String status, LocalDate estimatedDelivery) {}

    record Found(long total, List<Map<String, Object>> orders) {}

    record Figures(Map<String, Long> statuses, Map<String, Long> bestCustomers) {}

    Optional<OrderView> order(String id) throws SQLException {
        return rows("SELECT " + COLUMNS + " FROM order_summary.orders WHERE order_id = ?", id).stream()
                .findFirst();
    }

    List<OrderView> ofCustomer(String customer) throws SQLException {
        return rows(
                "SELECT " + COLUMNS + " FROM order_summary.orders WHERE customer_id = ? ORDER BY order_id", customer);
    }

    private List<OrderView> rows(String sql, String value) throws SQLException {
        try (Connection connection = readModels.postgres().getConnection();
                PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(1, value);
            List<OrderView> found = new ArrayList<>();
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    found.add(new OrderView(
                            row.getString(1), row.getString(2), row.getString(3), LocalDate.parse(row.getString(4))));
                }
            }
            return found;
        }
    }

    /** Orders that match an expression such as {@code status:cancelled AND reason:late}; the first ones of them. */
    @SuppressWarnings({"rawtypes", "unchecked"}) // The client's documents are of the class that it is given.
    Found search(String expression) throws IOException {
        SearchResponse<Map> response = readModels
                .elasticsearch()
                .search(
                        s -> s.index("order_search")
                                .size(SHOWN_MAX)
                                .trackTotalHits(t -> t.enabled(true))
                                .query(q -> q.queryString(text -> text.query(expression))),
                        Map.class);
        List<Map<String, Object>> orders = new ArrayList<>();
        for (Hit<Map> hit : response.hits().hits()) {
            orders.add(Objects.requireNonNull(hit.source()));
        }
        return new Found(Objects.requireNonNull(response.hits().total()).value(), orders);
    }

    /** Makes what was written findable at once, and not only within a second. */
    void refreshSearch() throws IOException {
        readModels.elasticsearch().indices().refresh(r -> r.index("order_search"));
    }

    Figures figures() {
        Map<String, Long> statuses = new LinkedHashMap<>();
        key(OrderFigures.STATUSES)
                .ifPresent(key -> readModels
                        .redis()
                        .hgetAll(key)
                        .forEach((status, count) -> statuses.put(status, Long.parseLong(count))));
        Map<String, Long> customers = new LinkedHashMap<>();
        key(OrderFigures.CUSTOMERS).ifPresent(key -> {
            for (Tuple each : readModels
                    .redis()
                    .zrangeWithScores(
                            key, ZRangeParams.zrangeParams(0, SHOWN_MAX - 1).rev())) {
                customers.put(each.getElement(), (long) each.getScore());
            }
        });
        return new Figures(statuses, customers);
    }

    /** Asked for each time, since a rebuilt read model has other keys. */
    private Optional<String> key(String name) {
        return RedisTarget.key(readModels.redis(), "order_figures", name);
    }
}
