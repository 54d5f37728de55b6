package dev.indelible.tck;

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
    public void add(Map<String, Long> model, String key, long number) {
        model.merge(key, number, Long::sum);
    }

    @Override
    public Map<String, Long> model() {
        return target.model();
    }

    @Override
    public ProjectionTarget<Map<String, Long>> anotherView() {
        return target;
    }
}
