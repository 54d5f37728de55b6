package dev.indelible.personal;

import dev.indelible.EventStoreException.Corrupted;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Optional;

/**
 * Keys in a directory of a local disk, a small file for each subject, readable for its owner alone. Several processes
 * of one machine may use it at once. A new key costs a few forced writes; reading one costs reading a file.
 *
 * <p>{@link #shred} writes over the key where it lies. File systems that never write in place, snapshots and backups of
 * the directory, and disks that move blocks may keep copies of the wrapped key: they open by its master key alone.
 */
public final class FileKeyRing implements KeyRing {
    private static final String ENDING = ".json";

    /** More than any generation that was: nobody can tell that any more, and all that the key sealed is absent. */
    private static final int AFTER_DAMAGE = 1_000_000;

    private final KeyDirectory directory;
    private final MasterKeys masterKeys;
    private final Clock clock;

    private FileKeyRing(KeyDirectory directory, MasterKeys masterKeys, Clock clock) {
        this.directory = directory;
        this.masterKeys = masterKeys;
        this.clock = clock;
    }

    /**
     * The key ring in that directory, which is made unless it is there.
     *
     * @throws dev.indelible.EventStoreException.Unavailable if it cannot be used
     */
    public static FileKeyRing open(Path directory, MasterKeys masterKeys) {
        return open(directory, masterKeys, Clock.systemUTC());
    }

    /** The same, by that clock. */
    public static FileKeyRing open(Path directory, MasterKeys masterKeys, Clock clock) {
        return new FileKeyRing(KeyDirectory.of(directory), masterKeys, clock);
    }

    @Override
    public DataKey keyOf(Subject subject) {
        KeyFile known = read(subject).orElse(null);
        if (known == null) {
            known = directory.alone(() -> {
                KeyFile made = readAlone(subject).orElse(null);
                return made == null ? write(subject, DataKey.random(1)) : made;
            });
        }
        if (known.wrapped() == null) {
            throw new SubjectShredded(subject, known.tombstone().orElseThrow());
        }
        return masterKeys.unwrap(subject, known.generation(), known.wrapped());
    }

    @Override
    public Optional<DataKey> find(Subject subject, int generation) {
        KeyFile known = read(subject).orElse(null);
        if (known == null || known.generation() < generation) {
            throw KeyRing.neverMade(subject, generation);
        }
        if (known.generation() > generation || known.wrapped() == null) {
            return Optional.empty();
        }
        return Optional.of(masterKeys.unwrap(subject, generation, known.wrapped()));
    }

    /** A file that is damaged cannot keep anybody from being forgotten: it is written over as well. */
    @Override
    public Tombstone shred(Subject subject) {
        return directory.alone(() -> {
            String name = KeyFile.name(subject);
            int generation = 1;
            try {
                KeyFile known = readAlone(subject).orElse(null);
                if (known != null && known.wrapped() == null) {
                    return known.tombstone().orElseThrow();
                }
                generation = known == null ? 1 : known.generation();
            } catch (Corrupted damaged) {
                generation = AFTER_DAMAGE;
            }
            Tombstone tombstone = new Tombstone(generation, clock.instant());
            byte[] content = KeyFile.of(subject, tombstone).toBytes();
            if (Files.exists(directory.path(name))) {
                directory.overwrite(name, content);
            } else {
                directory.write(name, content);
            }
            return tombstone;
        });
    }

    @Override
    public Optional<Tombstone> tombstone(Subject subject) {
        return read(subject).flatMap(KeyFile::tombstone);
    }

    @Override
    public void readmit(Subject subject) {
        directory.alone(() -> {
            Optional<Tombstone> tombstone = readAlone(subject).flatMap(KeyFile::tombstone);
            if (tombstone.isPresent()) {
                write(subject, DataKey.random(tombstone.get().generation() + 1));
            }
            return tombstone;
        });
    }

    @Override
    public int rotate() {
        int rotated = 0;
        for (String name : directory.alone(() -> directory.names(ENDING))) {
            rotated += directory.alone(() -> rotate(name)) ? 1 : 0;
        }
        return rotated;
    }

    @Override
    public void close() {}

    private boolean rotate(String name) throws IOException {
        byte[] content =
                directory.read(name).orElseThrow(() -> new Corrupted(directory + ": " + name + " is gone", null));
        KeyFile known = KeyFile.parse(directory.path(name), content);
        if (known.wrapped() == null || known.wrapped().masterKey().equals(masterKeys.currentId())) {
            return false;
        }
        write(known.subject(), masterKeys.unwrap(known.subject(), known.generation(), known.wrapped()));
        return true;
    }

    private KeyFile write(Subject subject, DataKey key) throws IOException {
        KeyFile file = KeyFile.of(subject, key.generation(), masterKeys.wrap(subject, key));
        directory.write(KeyFile.name(subject), file.toBytes());
        return file;
    }

    /** Somebody who shreds writes over the file while it is read: what looks damaged is read again, alone. */
    private Optional<KeyFile> read(Subject subject) {
        try {
            return readAlone(subject);
        } catch (Corrupted perhapsBeingWritten) {
            return directory.alone(() -> readAlone(subject));
        }
    }

    private Optional<KeyFile> readAlone(Subject subject) {
        String name = KeyFile.name(subject);
        return directory.read(name).map(content -> KeyFile.parse(directory.path(name), content));
    }
}
