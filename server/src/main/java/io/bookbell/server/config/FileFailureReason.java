package io.bookbell.server.config;

import java.io.EOFException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import org.jspecify.annotations.Nullable;

/** Explains in a few words, for the operator, why a file couldn't be read or written. */
public final class FileFailureReason {
  private FileFailureReason() {}

  /** Whether one of the file's folders is closed to this user, so that it seems to be missing. */
  public static boolean isHidden(Path file) {
    try {
      Files.readAttributes(file, BasicFileAttributes.class);
      return false;
    } catch (AccessDeniedException e) {
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  /** Omits the file's name, which is all that Java's own messages contain. */
  public static String describeFailure(IOException failure) {
    return switch (failure) {
      case NoSuchFileException _ -> "it does not exist";
      case AccessDeniedException _ -> "permission denied";
      case FileAlreadyExistsException _ -> "something else already has that name";
      case NotDirectoryException _ -> "it is not a folder";
      case FileSystemLoopException _ -> "its links form a loop";
      case FileSystemException system -> orClassName(system.getReason(), failure);
      case EOFException _ -> "it is truncated";
      default -> orClassName(failure.getMessage(), failure);
    };
  }

  private static String orClassName(@Nullable String message, IOException failure) {
    return message == null ? failure.getClass().getSimpleName() : message;
  }
}
