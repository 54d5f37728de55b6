package dev.indelible.tck;

import dev.indelible.event.Position;
import dev.indelible.memory.MemoryTarget;
import dev.indelible.projection.ProjectionTarget;
import java.util.HashMap;
import java.util.Map;

class MemoryTargetTest implements ProjectionTargetContract<Map<String, Long>> {
    private final MemoryTarget<Map<String, Long>> target = MemoryTarget.of(Map.of(), HashMap::new);

    @Override
    public ProjectionTarget<Map<String, Long>> target() {
        return target;
    }

    @Override
    public ProjectionTarget<Map<String, Long>> anotherView() {
        return target;
    }

    @Override
    public void create(Map<String, Long> model) {}

    @Override
    public void put(Map<String, Long> model, String key, long number, Position position) {
        model.put(key, number);
    }

    @Override
    public void remove(Map<String, Long> model, String key, Position position) {
        model.remove(key);
    }

    @Override
    public Map<String, Long> model(String projection) {
        return target.model(projection);
    }
}
