package dev.indelible.examples;

import dev.indelible.elasticsearch.ElasticsearchModel;
import dev.indelible.event.EventQuery;
import dev.indelible.event.Position;
import dev.indelible.examples.Ordering.Approved;
import dev.indelible.examples.Ordering.Cancelled;
import dev.indelible.examples.Ordering.Delivered;
import dev.indelible.examples.Ordering.OrderEvent;
import dev.indelible.examples.Ordering.Placed;
import dev.indelible.examples.Ordering.Shipped;
import dev.indelible.projection.Delivery;
import dev.indelible.projection.Projection;
import java.util.List;
import java.util.Map;

/** A document for each order in Elasticsearch, with why it was cancelled in words that can be searched. */
final class OrderSearch implements Projection<OrderEvent, ElasticsearchModel> {
    @Override
    public String name() {
        return "order_search";
    }

    @Override
    public EventQuery reads() {
        return EventQuery.category("Order");
    }

    @Override
    public void create(ElasticsearchModel model) {
        model.mapping("""
                {"properties":{"order_id":{"type":"keyword"},"customer_id":{"type":"keyword"},
                "status":{"type":"keyword"},"estimated_delivery":{"type":"date"},"reason":{"type":"text"}}}""");
    }

    @Override
    public void apply(OrderEvent event, Delivery delivery, ElasticsearchModel model) {
        Position at = delivery.position();
        switch (event) {
            case Placed e ->
                model.put(
                        e.orderId(),
                        at,
                        Map.of(
                                "order_id", e.orderId(),
                                "customer_id", e.customerId(),
                                "status", "placed",
                                "estimated_delivery", e.estimatedDelivery().toString()));
            case Approved e -> becomes(model, at, e.orderId(), Map.of("status", "approved"));
            case Shipped e -> becomes(model, at, e.orderId(), Map.of("status", "shipped"));
            case Delivered e -> becomes(model, at, e.orderId(), Map.of("status", "delivered"));
            case Cancelled e -> becomes(model, at, e.orderId(), Map.of("status", "cancelled", "reason", e.reason()));
        }
    }

    /** Reads the documents of all events in one call, before they are taken in one by one. */
    @Override
    public void applyAll(List<dev.indelible.projection.Delivered<OrderEvent>> events, ElasticsearchModel model) {
        model.load(events.stream().map(each -> each.event().orderId()).toList());
        events.forEach(each -> apply(each.event(), each.delivery(), model));
    }

    private static void becomes(ElasticsearchModel model, Position at, String order, Map<String, String> news) {
        model.update(order, at, document -> {
            document.putAll(news);
            return document;
        });
    }
}
