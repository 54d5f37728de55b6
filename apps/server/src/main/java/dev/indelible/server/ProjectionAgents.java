package dev.indelible.server;

import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import dev.indelible.EventStoreException.Unavailable;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Applications that run projections and serve them under {@code /projections} themselves: what is asked of one of their
 * projections is passed on.
 */
final class ProjectionAgents implements AutoCloseable {
    private static final Duration CONNECT_WAIT = Duration.ofSeconds(2);
    private static final Duration ANSWER_WAIT = Duration.ofSeconds(55);
    private static final int NOT_FOUND = 404;
    private static final String BEGIN = "{\"projections\":[";
    private static final String END = "]}";

    private final List<URI> agents;
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(CONNECT_WAIT)
            .build();

    ProjectionAgents(List<URI> agents) {
        this.agents = List.copyOf(agents);
    }

    /** How the projections of all agents stand, each as JSON. An agent that does not answer is told of as an error. */
    List<String> statuses() {
        List<String> all = new ArrayList<>();
        for (URI agent : agents) {
            java.net.http.HttpResponse<String> answer = ask(agent, "/projections", false);
            String body = answer.body();
            if (!body.startsWith(BEGIN) || !body.endsWith(END)) {
                throw new Unavailable(agent + ": HTTP " + answer.statusCode() + " (expected: projections)", null);
            }
            String statuses = body.substring(BEGIN.length(), body.length() - END.length());
            if (!statuses.isEmpty()) {
                all.add(statuses);
            }
        }
        return all;
    }

    /** The answer of the agent that has the projection, if one has. */
    Optional<HttpResponse> forward(String projection, String path, boolean isPost) {
        for (URI agent : agents) {
            if (ask(agent, "/projections/" + projection, false).statusCode() != NOT_FOUND) {
                java.net.http.HttpResponse<String> answer = ask(agent, path, isPost);
                MediaType type = MediaType.parse(
                        answer.headers().firstValue("content-type").orElse("application/json"));
                return Optional.of(HttpResponse.of(HttpStatus.valueOf(answer.statusCode()), type, answer.body()));
            }
        }
        return Optional.empty();
    }

    private java.net.http.HttpResponse<String> ask(URI agent, String path, boolean isPost) {
        HttpRequest.Builder request = HttpRequest.newBuilder(
                        URI.create(agent.toString().replaceAll("/+$", "") + path))
                .timeout(ANSWER_WAIT)
                .header("Content-Type", "application/json");
        if (isPost) {
            request.POST(HttpRequest.BodyPublishers.ofString("{}"));
        }
        try {
            return http.send(request.build(), BodyHandlers.ofString());
        } catch (IOException e) {
            throw new Unavailable(agent + ": " + e, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Unavailable(agent + ": interrupted", e);
        }
    }

    /** For the list of what there is. */
    @Override
    public String toString() {
        return agents.isEmpty() ? "" : " or those of " + agents;
    }

    @Override
    public void close() {
        http.shutdownNow();
    }
}
