package dev.indelible.server;

import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.QueryParams;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.ServiceRequestContext;
import dev.indelible.EventStoreException;
import dev.indelible.event.Position;
import dev.indelible.projection.Projections;
import dev.indelible.projection.Projector;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.stream.Collectors;

/**
 * The projections of this process, to be watched and steered: {@code GET} tells, {@code POST} does. What is done to a
 * projection holds in all processes that run it.
 */
final class ProjectionsService implements HttpService {
    private static final String PATH = "/projections";

    private final Projections projections;
    private final ProjectionAgents agents;
    private final Executor threads;

    ProjectionsService(Projections projections, ProjectionAgents agents, Executor threads) {
        this.projections = projections;
        this.agents = agents;
        this.threads = threads;
    }

    @Override
    public HttpResponse serve(ServiceRequestContext context, HttpRequest request) {
        return HttpResponse.of(
                () -> {
                    try {
                        return answer(context, request);
                    } catch (IllegalStateException e) {
                        return Problem.of(HttpStatus.CONFLICT, "not-now", String.valueOf(e.getMessage()))
                                .toResponse();
                    } catch (RuntimeException e) {
                        return Problem.of(e).toResponse();
                    }
                },
                threads);
    }

    private HttpResponse answer(ServiceRequestContext context, HttpRequest request) {
        String path = context.rawPath().split("[?#]", 2)[0];
        String[] parts = path.equals(PATH)
                ? new String[0]
                : path.substring(PATH.length() + 1).split("/", -1);
        QueryParams given = Target.query(context);
        boolean isGet = request.method() == HttpMethod.GET;
        if (!isGet && request.method() != HttpMethod.POST) {
            return Problem.of(HttpStatus.METHOD_NOT_ALLOWED, "method", request.method() + " (expected: GET or POST)")
                    .toResponse();
        }
        MediaType type = request.contentType();
        if (!isGet && (type == null || !type.is(MediaType.JSON))) {
            return Problem.of(
                            HttpStatus.UNSUPPORTED_MEDIA_TYPE,
                            "media-type",
                            "content-type: " + type + " (expected: application/json, so that no page of the web can"
                                    + " have a browser do this)")
                    .toResponse();
        }
        if (parts.length == 0) {
            Selection.allow(given, Set.of());
            return json(ProjectionsJson.all(projections.all(), agents.statuses()));
        }
        Projector<?, ?> projector = projections.named(parts[0]).orElse(null);
        if (projector == null) {
            return agents.forward(parts[0], context.rawPath(), !isGet).orElseGet(() -> unknown(parts[0]));
        }
        String what = parts.length == 1 ? "" : parts.length == 2 ? parts[1] : path;
        return isGet ? told(projector, what, given) : done(projector, what, given);
    }

    private HttpResponse unknown(String name) {
        String known = projections.all().stream().map(Projector::name).collect(Collectors.joining(", "));
        return Problem.of(
                        HttpStatus.NOT_FOUND,
                        "no-such-projection",
                        "projection: \"" + name + "\" (expected: one of " + known + agents + ")")
                .toResponse();
    }

    private static HttpResponse told(Projector<?, ?> projector, String what, QueryParams given) {
        Selection.allow(given, Set.of());
        return switch (what) {
            case "" -> json(ProjectionsJson.status(projector.status()));
            case "parked" -> json(ProjectionsJson.parked("parked", projector.parked()));
            case "skipped" -> json(ProjectionsJson.parked("skipped", projector.skipped()));
            default -> unknownOperation(what, List.of("parked", "skipped"));
        };
    }

    private static HttpResponse done(Projector<?, ?> projector, String what, QueryParams given) {
        switch (what) {
            case "rebuild" -> {
                Selection.allow(given, Set.of("compare"));
                int samples = (int) number(given, "compare", "0", Integer.MAX_VALUE);
                attempt(() -> projector.rebuild(samples));
            }
            case "retry" -> {
                Selection.allow(given, Set.of("key"));
                String key = required(given, "key");
                int[] taken = new int[1];
                attempt(() -> taken[0] = projector.retry(key));
                return json("{\"taken_in\":" + taken[0] + "}");
            }
            case "skip" -> {
                Selection.allow(given, Set.of("position", "reason"));
                Position position = Position.of(number(given, "position", "", Long.MAX_VALUE));
                require(projector.skip(position, required(given, "reason")), "position " + position + ": not parked");
            }
            case "pause", "resume", "rollback", "accept", "cancel", "drop-former" -> {
                Selection.allow(given, Set.of());
                simple(projector, what);
            }
            default -> {
                return unknownOperation(
                        what,
                        List.of(
                                "pause",
                                "resume",
                                "rebuild",
                                "rollback",
                                "accept",
                                "cancel",
                                "drop-former",
                                "retry",
                                "skip"));
            }
        }
        return json(ProjectionsJson.status(projector.status()));
    }

    private static void simple(Projector<?, ?> projector, String what) {
        switch (what) {
            case "pause" -> projector.pause();
            case "resume" -> projector.resume();
            case "rollback" -> projector.rollback();
            case "accept" -> require(projector.accept(), "nothing to accept: no version was found to differ");
            case "cancel" -> attempt(() -> require(projector.cancel(), "nothing to cancel: no version is built"));
            default -> attempt(() -> require(projector.dropFormer(), "no former version to drop"));
        }
    }

    private static void require(boolean isSo, String otherwise) {
        if (!isSo) {
            throw new IllegalStateException(otherwise);
        }
    }

    private interface Attempt {
        void run() throws Exception;
    }

    /** What the application's code throws is its own affair, and nobody's fault here. */
    private static void attempt(Attempt attempt) {
        try {
            attempt.run();
        } catch (EventStoreException | IllegalStateException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException(e.toString(), e);
        }
    }

    private static String required(QueryParams given, String name) {
        String value = given.get(name);
        if (value == null || value.isBlank()) {
            throw new IllegalArgumentException(name + ": missing (expected: ?" + name + "=…)");
        }
        return value;
    }

    private static long number(QueryParams given, String name, String byDefault, long most) {
        String value = given.get(name, byDefault);
        try {
            long number = Long.parseLong(value);
            if (number >= 0 && number <= most) {
                return number;
            }
        } catch (NumberFormatException e) {
            // The error below says it.
        }
        throw new IllegalArgumentException(name + ": \"" + value + "\" (expected: 0 to " + most + ")");
    }

    private static HttpResponse unknownOperation(String what, List<String> expected) {
        return Problem.of(
                        HttpStatus.NOT_FOUND,
                        "no-such-operation",
                        "operation: \"" + what + "\" (expected: one of " + String.join(", ", expected) + ")")
                .toResponse();
    }

    private static HttpResponse json(String json) {
        return HttpResponse.of(HttpStatus.OK, MediaType.JSON_UTF_8, json);
    }
}
