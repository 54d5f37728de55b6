package dev.indelible.server;

import dev.indelible.event.Json;
import dev.indelible.projection.ParkedEvent;
import dev.indelible.projection.Projector;
import dev.indelible.projection.ProjectorStatus;
import dev.indelible.projection.RebuildStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;

/** How projections stand, as JSON. */
final class ProjectionsJson {
    private ProjectionsJson() {}

    /** Those of this process, and the statuses that others told. */
    static String all(Collection<Projector<?, ?>> projectors, List<String> others) {
        List<String> statuses = new ArrayList<>();
        projectors.forEach(projector -> statuses.add(status(projector.status())));
        statuses.addAll(others);
        return "{\"projections\":[" + String.join(",", statuses) + "]}";
    }

    static String status(ProjectorStatus status) {
        String error = status.lastError().map(each -> quoted(each.toString())).orElse("null");
        return "{\"projection\":" + quoted(status.projection())
                + ",\"state\":\"" + status.state().name().toLowerCase(Locale.ROOT)
                + "\",\"version\":" + status.version()
                + ",\"former_version\":" + status.former()
                + ",\"position\":" + status.position()
                + ",\"head\":" + status.head()
                + ",\"lag\":" + status.lag()
                + ",\"live\":" + status.isLive()
                + ",\"events\":" + status.events()
                + ",\"positions_per_second\":" + Math.round(status.positionsPerSecond())
                + ",\"failures\":" + status.failures()
                + ",\"parked\":" + status.parked()
                + ",\"last_error\":" + error
                + ",\"rebuild\":"
                + status.rebuild().map(ProjectionsJson::rebuild).orElse("null") + "}";
    }

    private static String rebuild(RebuildStatus rebuild) {
        return "{\"version\":" + rebuild.version()
                + ",\"phase\":\"" + rebuild.phase().name().toLowerCase(Locale.ROOT)
                + "\",\"position\":" + rebuild.position()
                + ",\"percent\":" + String.format(Locale.ROOT, "%.1f", rebuild.percent())
                + ",\"positions_per_second\":" + Math.round(rebuild.positionsPerSecond())
                + ",\"remaining_seconds\":"
                + rebuild.remaining()
                        .map(Duration::toSeconds)
                        .map(String::valueOf)
                        .orElse("null")
                + ",\"difference\":" + quoted(rebuild.difference()) + "}";
    }

    static String parked(String what, List<ParkedEvent> events) {
        StringBuilder json = new StringBuilder("{\"").append(what).append("\":[");
        for (ParkedEvent event : events) {
            json.append(json.charAt(json.length() - 1) == '[' ? "{" : ",{")
                    .append("\"version\":")
                    .append(event.version())
                    .append(",\"key\":")
                    .append(quoted(event.key()))
                    .append(",\"position\":")
                    .append(event.position())
                    .append(",\"reason\":")
                    .append(quoted(event.reason()))
                    .append('}');
        }
        return json.append("]}").toString();
    }

    private static String quoted(String text) {
        StringBuilder quoted = new StringBuilder();
        Json.quote(text, quoted);
        return quoted.toString();
    }
}
