package dev.indelible.cli;

import dev.indelible.Codec;
import java.io.File;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The classes of an application, beside those of the command. What both have is the command's: core, and the libraries
 * that it brings. While it is open, they are those that the thread looks for services in.
 */
final class ApplicationClasses implements AutoCloseable {
    private final URLClassLoader loader;
    private final ClassLoader before;

    private ApplicationClasses(URLClassLoader loader) {
        this.loader = loader;
        this.before = Thread.currentThread().getContextClassLoader();
        Thread.currentThread().setContextClassLoader(loader);
    }

    /**
     * The classes on a class path, which is written as for {@code java -cp}.
     *
     * @throws IllegalArgumentException if there is nothing at one of its entries
     */
    static ApplicationClasses on(String classPath) throws IOException {
        List<URL> urls = new ArrayList<>();
        for (String entry : classPath.split(File.pathSeparator, -1)) {
            for (Path path : paths(entry)) {
                urls.add(path.toUri().toURL());
            }
        }
        return new ApplicationClasses(
                new URLClassLoader(urls.toArray(URL[]::new), ApplicationClasses.class.getClassLoader()));
    }

    /**
     * The codec that a static method returns.
     *
     * @param name {@code CLASS.METHOD}
     * @throws IllegalArgumentException if there is no such class or method, or it returns something else
     * @throws IllegalStateException if the method, or the making of its class, failed
     */
    Codec<?> codec(String name) {
        int dot = name.lastIndexOf('.');
        if (dot <= 0 || dot == name.length() - 1) {
            throw new IllegalArgumentException(
                    "--codec: \"" + name + "\" (expected: CLASS.METHOD, such as com.shop.Orders.codec)");
        }
        Method method = method(name.substring(0, dot), name.substring(dot + 1));
        Object codec;
        try {
            method.setAccessible(true);
            codec = method.invoke(null);
        } catch (InvocationTargetException e) {
            throw new IllegalStateException("--codec: " + name + " failed: " + e.getCause(), e);
        } catch (IllegalAccessException | LinkageError e) {
            throw new IllegalStateException("--codec: " + name + " failed: " + e, e);
        }
        if (codec instanceof Codec<?> found) {
            return found;
        }
        throw new IllegalArgumentException("--codec: %s returns %s (expected: a %s)"
                .formatted(name, codec == null ? "null" : codec.getClass().getName(), Codec.class.getName()));
    }

    @Override
    public void close() throws IOException {
        Thread.currentThread().setContextClassLoader(before);
        loader.close();
    }

    private Method method(String className, String methodName) {
        try {
            Method method = Class.forName(className, false, loader).getDeclaredMethod(methodName);
            if (Modifier.isStatic(method.getModifiers())) {
                return method;
            }
            throw new IllegalArgumentException(
                    "--codec: " + className + "." + methodName + " is not static (expected: a static method)");
        } catch (ClassNotFoundException e) {
            throw new IllegalArgumentException(
                    "--codec: no class " + className + " on the class path (a class in another: Outer$Inner)", e);
        } catch (NoSuchMethodException e) {
            throw new IllegalArgumentException(
                    "--codec: no method " + methodName + " without arguments in " + className, e);
        } catch (LinkageError e) {
            throw new IllegalStateException(
                    "--codec: class " + className + " needs what the class path does not have: " + e, e);
        }
    }

    private static List<Path> paths(String entry) throws IOException {
        List<Path> paths = new ArrayList<>();
        if (entry.endsWith("*")) {
            Path directory = Path.of(entry.substring(0, entry.length() - 1));
            if (Files.isDirectory(directory)) {
                try (DirectoryStream<Path> jars = Files.newDirectoryStream(directory, "*.jar")) {
                    jars.forEach(paths::add);
                }
                return paths;
            }
        } else if (!entry.isEmpty() && Files.exists(Path.of(entry))) {
            return List.of(Path.of(entry));
        }
        throw new IllegalArgumentException("--class-path: \"" + entry + "\": there is nothing there");
    }
}
