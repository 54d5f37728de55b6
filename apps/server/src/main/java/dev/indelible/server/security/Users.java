package dev.indelible.server.security;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.UnaryOperator;

/**
 * The users of a server, kept in a file, one JSON object a line, that its owner alone may read. A change is in the
 * file, and on the disk, before it holds. One process has the file open at a time. For any number of threads; changes
 * block.
 */
public final class Users implements AutoCloseable {
    /** The login of the user who is there first. */
    public static final String FIRST = "admin";

    private static final String OWNER_ONLY = "rw-------";

    private final Path file;
    private final FileChannel held;
    private final Clock clock;
    private final ReentrantLock hashing = new ReentrantLock();
    private final ReentrantLock lock = new ReentrantLock();
    private volatile Map<String, User> users;

    private Users(Path file, FileChannel held, Clock clock) {
        this.file = file;
        this.held = held;
        this.clock = clock;
        this.users = load(file);
    }

    /**
     * Opens the file; where there is none there are no users.
     *
     * @throws IllegalStateException if another process has it open
     * @throws IllegalArgumentException if it is not such a file
     * @throws UncheckedIOException if it cannot be read, or what stands beside it not be written
     */
    public static Users open(Path file) {
        Path absolute = file.toAbsolutePath();
        try {
            FileChannel held = FileChannel.open(
                    absolute.resolveSibling(absolute.getFileName() + ".lock"),
                    java.util.Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE),
                    ownerOnly());
            try {
                if (!isLocked(held)) {
                    throw new IllegalStateException("users: " + file + " is held by another server");
                }
                return new Users(absolute, held, Clock.systemUTC());
            } catch (RuntimeException | IOException e) {
                held.close();
                throw e;
            }
        } catch (IOException e) {
            throw new UncheckedIOException("users: " + file + ": " + e, e);
        }
    }

    private static boolean isLocked(FileChannel channel) throws IOException {
        try {
            return channel.tryLock() != null;
        } catch (OverlappingFileLockException e) {
            return false;
        }
    }

    private static Map<String, User> load(Path file) {
        Map<String, User> users = new TreeMap<>();
        int number = 0;
        try {
            for (String line : Files.exists(file) ? Files.readAllLines(file) : List.<String>of()) {
                number++;
                if (!line.isBlank()) {
                    User user = User.ofLine(line);
                    if (users.put(user.login(), user) != null) {
                        throw new IllegalArgumentException(user.login() + " twice");
                    }
                }
            }
            return Map.copyOf(users);
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException(
                    "users: " + file + ": not UTF-8 (expected: a file that a server or `indelible users` has made)", e);
        } catch (IOException e) {
            throw new UncheckedIOException("users: " + file + ": " + e, e);
        } catch (IllegalArgumentException | ArithmeticException e) {
            throw new IllegalArgumentException("users: " + file + ", line " + number + ": " + e.getMessage(), e);
        }
    }

    /** The user of that login. */
    public Optional<User> find(String login) {
        return Optional.ofNullable(users.get(login));
    }

    /** All of them. */
    public Collection<User> all() {
        return new TreeMap<>(users).values();
    }

    /** Adds {@code admin}, of the group {@code $admins}, with that password, unless there is one. */
    public void addFirst(String password) {
        if (!users.containsKey(FIRST)) {
            create(FIRST, password, "Administrator", List.of(User.ADMINS));
        }
    }

    /** Adds a user; false if there is one of that login. */
    public boolean create(String login, String password, String fullName, List<String> groups) {
        User user = new User(login, fullName, groups, false, hash(password), clock.instant());
        lock.lock();
        try {
            if (users.containsKey(login)) {
                return false;
            }
            Map<String, User> changed = new TreeMap<>(users);
            changed.put(login, user);
            replace(changed);
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** Gives a user another name, other groups, and another password if that is not empty; false if he is unknown. */
    public boolean update(String login, String password, String fullName, List<String> groups) {
        PasswordHash hash = password.isEmpty() ? null : hash(password);
        return change(login, user -> {
            User named = user.withFullName(fullName, clock.instant()).withGroups(groups, clock.instant());
            return hash == null ? named : named.withPassword(hash, clock.instant());
        });
    }

    /** Keeps a user out, or lets him in again; false if he is unknown. */
    public boolean setDisabled(String login, boolean disabled) {
        return change(login, user -> user.withDisabled(disabled, clock.instant()));
    }

    /** Gives a user another password; false if he is unknown. */
    public boolean setPassword(String login, String password) {
        PasswordHash hash = hash(password);
        return change(login, user -> user.withPassword(hash, clock.instant()));
    }

    /** Gives a user who knows his password another one; throws {@link AccessDenied} if he does not know it. */
    public boolean changePassword(String login, String current, String password) {
        User user = users.get(login);
        if (user == null) {
            return false;
        }
        hashing.lock();
        try {
            if (!user.password().matches(current)) {
                throw new AccessDenied("current password: not that of user " + login);
            }
        } finally {
            hashing.unlock();
        }
        return setPassword(login, password);
    }

    /** One at a time, so that only one thread's processor is busy with it. */
    private PasswordHash hash(String password) {
        hashing.lock();
        try {
            return PasswordHash.of(password);
        } finally {
            hashing.unlock();
        }
    }

    private boolean change(String login, UnaryOperator<User> change) {
        lock.lock();
        try {
            User user = users.get(login);
            if (user == null) {
                return false;
            }
            Map<String, User> changed = new TreeMap<>(users);
            changed.put(login, change.apply(user));
            replace(changed);
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** Removes a user; false if he is unknown. */
    public boolean delete(String login) {
        lock.lock();
        try {
            Map<String, User> changed = new TreeMap<>(users);
            if (changed.remove(login) == null) {
                return false;
            }
            replace(changed);
            return true;
        } finally {
            lock.unlock();
        }
    }

    private void replace(Map<String, User> changed) {
        StringBuilder lines = new StringBuilder();
        changed.values().forEach(user -> lines.append(user.toLine()).append('\n'));
        Path next = file.resolveSibling(file.getFileName() + ".next");
        try {
            Files.deleteIfExists(next);
            try (FileChannel out = FileChannel.open(
                    next, java.util.Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), ownerOnly())) {
                ByteBuffer bytes = StandardCharsets.UTF_8.encode(lines.toString());
                while (bytes.hasRemaining()) {
                    out.write(bytes);
                }
                out.force(true);
            }
            Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            forceDirectory(file.resolveSibling("."));
        } catch (IOException e) {
            throw new UncheckedIOException("users: " + file + ": " + e, e);
        }
        users = Map.copyOf(changed);
    }

    private static void forceDirectory(Path directory) throws IOException {
        // Where directories cannot be opened, renaming is all that there is.
        if (isPosix()) {
            try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
                channel.force(true);
            }
        }
    }

    private static FileAttribute<?>[] ownerOnly() {
        return isPosix()
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(OWNER_ONLY))
                }
                : new FileAttribute<?>[0];
    }

    private static boolean isPosix() {
        return FileSystems.getDefault().supportedFileAttributeViews().contains("posix");
    }

    /** Lets another process open the file. */
    @Override
    public void close() {
        try {
            held.close();
        } catch (IOException e) {
            throw new UncheckedIOException("users: " + file + ": " + e, e);
        }
    }
}
