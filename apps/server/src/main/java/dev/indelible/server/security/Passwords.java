package dev.indelible.server.security;

import dev.indelible.EventStoreException.Unavailable;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Tells users by their passwords. The first time that takes a while, on threads of its own, of which there are few: who
 * guesses passwords slows other guesses, and nothing else. A password that was right is known again at once until it is
 * changed, by a keyed hash whose key is in this process only. What was wrong is compared in full each time, and so is
 * the password of a user that there is not. For any number of threads.
 */
public final class Passwords implements AutoCloseable {
    private static final int WAITING_MAX = 32;
    private static final int KEY_BYTES = 32;
    private static final int IDLE_S = 30;
    private static final String MAC = "HmacSHA256";

    private final Users users;
    private final PasswordHash nobodys = PasswordHash.of(UUID.randomUUID().toString());
    private final SecretKeySpec key;
    private final Map<String, Known> known = new ConcurrentHashMap<>();
    private final Map<Attempt, CompletableFuture<Optional<User>>> running = new ConcurrentHashMap<>();
    private final ThreadPoolExecutor workers;

    /** Of those users. */
    public Passwords(Users users) {
        this.users = users;
        byte[] bytes = new byte[KEY_BYTES];
        new SecureRandom().nextBytes(bytes);
        this.key = new SecretKeySpec(bytes, MAC);
        int count = Math.max(1, Runtime.getRuntime().availableProcessors() / 2);
        this.workers = new ThreadPoolExecutor(
                count,
                count,
                IDLE_S,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(WAITING_MAX),
                Thread.ofPlatform().daemon().name("indelible-passwords-", 0).factory());
        workers.allowCoreThreadTimeOut(true);
    }

    private record Attempt(String login, String mac) {}

    private record Known(PasswordHash hash, String mac) {}

    /**
     * The user who has that login and password and is not disabled; never blocks. Fails with {@link Unavailable} if too
     * many others are waiting.
     */
    public CompletableFuture<Optional<User>> verify(String login, String password) {
        Attempt attempt = new Attempt(login, mac(login, password));
        User user = users.find(login).orElse(null);
        Known before = known.get(login);
        if (user != null && before != null && before.hash().equals(user.password()) && equal(before.mac(), attempt)) {
            return CompletableFuture.completedFuture(enabled(user));
        }
        CompletableFuture<Optional<User>> answer = new CompletableFuture<>();
        CompletableFuture<Optional<User>> same = running.putIfAbsent(attempt, answer);
        if (same != null) {
            return same;
        }
        try {
            workers.execute(() -> compare(attempt, password, answer));
        } catch (RejectedExecutionException e) {
            running.remove(attempt, answer);
            answer.completeExceptionally(new Unavailable(
                    "passwords: " + WAITING_MAX + " are being compared (expected: a later attempt)", e));
        }
        return answer;
    }

    private void compare(Attempt attempt, String password, CompletableFuture<Optional<User>> answer) {
        try {
            User user = users.find(attempt.login()).orElse(null);
            boolean matches = (user == null ? nobodys : user.password()).matches(password);
            if (user == null) {
                known.remove(attempt.login());
            } else if (matches) {
                known.put(attempt.login(), new Known(user.password(), attempt.mac()));
            }
            answer.complete(user != null && matches ? enabled(user) : Optional.empty());
        } catch (RuntimeException e) {
            answer.completeExceptionally(e);
        } finally {
            running.remove(attempt, answer);
        }
    }

    private static Optional<User> enabled(User user) {
        return user.disabled() ? Optional.empty() : Optional.of(user);
    }

    private static boolean equal(String mac, Attempt attempt) {
        return MessageDigest.isEqual(
                mac.getBytes(StandardCharsets.US_ASCII), attempt.mac().getBytes(StandardCharsets.US_ASCII));
    }

    private String mac(String login, String password) {
        try {
            Mac mac = Mac.getInstance(MAC);
            mac.init(key);
            mac.update((login + '\0' + password).getBytes(StandardCharsets.UTF_8));
            return Base64.getEncoder().encodeToString(mac.doFinal());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(MAC + ": not in this JDK", e);
        }
    }

    /** Lets its threads end. */
    @Override
    public void close() {
        workers.shutdownNow();
    }
}
