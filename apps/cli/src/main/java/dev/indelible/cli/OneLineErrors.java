package dev.indelible.cli;

import java.io.EOFException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.function.BooleanSupplier;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/** Says what went wrong in one line on standard error, and with the stack trace only if asked. */
final class OneLineErrors implements IExecutionExceptionHandler, IParameterExceptionHandler {
    private final PrintStream err;
    private final BooleanSupplier stackTraces;

    OneLineErrors(PrintStream err, BooleanSupplier stackTraces) {
        this.err = err;
        this.stackTraces = stackTraces;
    }

    @Override
    public int handleExecutionException(Exception e, CommandLine command, ParseResult arguments) {
        if (e instanceof LineOutput.Closed) {
            return CommandLine.ExitCode.OK;
        }
        if (e instanceof InterruptedException) {
            Thread.currentThread().interrupt();
        }
        tell(text(e), e);
        // Bad input: the same arguments will never do.
        return e instanceof IllegalArgumentException ? CommandLine.ExitCode.USAGE : CommandLine.ExitCode.SOFTWARE;
    }

    /** What no command expects, such as a fault of the JVM. */
    int handleError(Error e) {
        tell(e.toString(), e);
        return CommandLine.ExitCode.SOFTWARE;
    }

    @Override
    public int handleParseException(ParameterException e, String[] arguments) {
        String name = e.getCommandLine().getCommandSpec().qualifiedName();
        tell(e.getMessage() + " (see: " + name + " --help)", e);
        return CommandLine.ExitCode.USAGE;
    }

    private void tell(String text, Throwable e) {
        err.println("indelible: " + text.replaceAll("\\s*\\R\\s*", " "));
        if (stackTraces.getAsBoolean()) {
            e.printStackTrace(err);
        }
    }

    /** The message of an exception, in words also where the JDK's is only a file name, or nothing. */
    static String text(Throwable e) {
        if (e instanceof NoSuchFileException file) {
            return file.getFile() + ": no such file";
        }
        if (e instanceof AccessDeniedException file) {
            return file.getFile() + ": access denied";
        }
        if (e instanceof FileSystemException file && file.getReason() == null) {
            return file.getFile() + ": " + file.getClass().getSimpleName();
        }
        if (e instanceof EOFException && e.getMessage() == null) {
            return "it ends too early";
        }
        if (e instanceof UncheckedIOException && e.getCause() != null && isDefault(e)) {
            return text(e.getCause());
        }
        String message = e.getMessage();
        return message == null || message.isBlank() ? e.toString() : message;
    }

    /** Whether the message is but the cause's, as a constructor without message makes it. */
    private static boolean isDefault(Throwable e) {
        return String.valueOf(e.getCause()).equals(e.getMessage());
    }
}
