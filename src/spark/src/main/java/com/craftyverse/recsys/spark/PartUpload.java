package com.craftyverse.recsys.spark;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.io.Serializable;
import java.lang.reflect.Method;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.apache.hadoop.fs.BBPartHandle;
import org.apache.hadoop.fs.BBUploadHandle;
import org.apache.hadoop.fs.MultipartUploader;
import org.apache.hadoop.fs.PartHandle;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.UploadHandle;

/// An object that tasks upload in parts. It appears as a whole, when the driver completes it.
///
/// On an object store this is its multipart upload, so the bytes go from the tasks to their final place. In a
/// directory, parts are files beside the object, which the driver joins by copies within the operating system.
abstract class PartUpload implements Serializable {
  /// Begins an upload.
  static PartUpload begin(Store store, String key) throws IOException {
    Path path = store.path(key);
    return path.toUri().getScheme().equals("file")
        ? new OfFiles(path.toUri().getPath())
        : OfObjects.begin(store, key);
  }

  /// Uploads a part. A part that is uploaded again replaces the former.
  ///
  /// @param number the part's number, from 1
  /// @param last whether it is the last part
  /// @return what [#complete] needs
  abstract byte[] put(int number, boolean last, java.nio.file.Path content) throws IOException;

  /// Makes the object of its parts.
  ///
  /// @param parts what [#put] returned, by number
  abstract void complete(SortedMap<Integer, byte[]> parts) throws IOException;

  /// Gives the upload up.
  abstract void abort() throws IOException;

  /// Files in a directory.
  private static final class OfFiles extends PartUpload {
    private final String file;

    OfFiles(String file) throws IOException {
      this.file = file;
      Files.createDirectories(part(0).getParent());
    }

    private java.nio.file.Path part(int number) {
      java.nio.file.Path path = java.nio.file.Path.of(file);
      return path.resolveSibling("." + path.getFileName() + "." + number);
    }

    @Override
    byte[] put(int number, boolean last, java.nio.file.Path content) throws IOException {
      // A file of its own for each attempt of a task: an attempt that was given up may still be
      // writing.
      java.nio.file.Path part = part(number);
      java.nio.file.Path copied =
          Files.createTempFile(part.getParent(), part.getFileName() + "-", "");
      try {
        try (OutputStream output = Files.newOutputStream(copied)) {
          Files.copy(content, output);
        }
        Files.move(copied, part, StandardCopyOption.ATOMIC_MOVE);
      } finally {
        Files.deleteIfExists(copied);
      }
      return new byte[0];
    }

    @Override
    void complete(SortedMap<Integer, byte[]> parts) throws IOException {
      java.nio.file.Path whole = part(parts.firstKey());
      try (FileChannel to = FileChannel.open(whole, StandardOpenOption.WRITE)) {
        for (int number : parts.tailMap(parts.firstKey() + 1).keySet()) {
          try (FileChannel from = FileChannel.open(part(number))) {
            long at = to.size();
            for (long done = 0; done < from.size(); ) {
              done += to.transferFrom(from.position(done), at + done, from.size() - done);
            }
          }
          Files.delete(part(number));
        }
      }
      Files.move(whole, java.nio.file.Path.of(file), StandardCopyOption.ATOMIC_MOVE);
    }

    @Override
    void abort() {
      // Files of parts are hidden, and a next run replaces them.
    }
  }

  /// A multipart upload by Hadoop's interface.
  private static final class OfObjects extends PartUpload {
    private final Store store;
    private final String key;
    private final byte[] handle;

    private OfObjects(Store store, String key, byte[] handle) {
      this.store = store;
      this.key = key;
      this.handle = handle;
    }

    static OfObjects begin(Store store, String key) throws IOException {
      Path path = store.path(key);
      try (MultipartUploader uploader = uploader(store, path)) {
        return new OfObjects(store, key, bytes(get(uploader.startUpload(path)).bytes()));
      }
    }

    private static MultipartUploader uploader(Store store, Path path) throws IOException {
      return store.fileSystem().createMultipartUploader(path.getParent()).build();
    }

    private UploadHandle upload() {
      return BBUploadHandle.from(ByteBuffer.wrap(handle));
    }

    /// Versions of Hadoop differ in whether the method takes `last`, so it is looked up.
    @Override
    byte[] put(int number, boolean last, java.nio.file.Path content) throws IOException {
      Path path = store.path(key);
      try (MultipartUploader uploader = uploader(store, path);
          InputStream input = Files.newInputStream(content)) {
        long length = Files.size(content);
        for (Method method : MultipartUploader.class.getMethods()) {
          if (method.getName().equals("putPart")) {
            Object[] arguments =
                method.getParameterCount() == 6
                    ? new Object[] {upload(), number, last, path, input, length}
                    : new Object[] {upload(), number, path, input, length};
            Object part = get((CompletableFuture<?>) method.invoke(uploader, arguments));
            return bytes(((PartHandle) part).bytes());
          }
        }
      } catch (ReflectiveOperationException e) {
        throw new IOException("cannot upload part " + number + " of " + path, e);
      }
      throw new IOException("Hadoop's MultipartUploader has no method putPart");
    }

    @Override
    void complete(SortedMap<Integer, byte[]> parts) throws IOException {
      Map<Integer, PartHandle> handles = new TreeMap<>();
      parts.forEach(
          (number, part) -> handles.put(number, BBPartHandle.from(ByteBuffer.wrap(part))));
      Path path = store.path(key);
      try (MultipartUploader uploader = uploader(store, path)) {
        get(uploader.complete(upload(), path, handles));
      }
    }

    @Override
    void abort() throws IOException {
      Path path = store.path(key);
      try (MultipartUploader uploader = uploader(store, path)) {
        get(uploader.abort(upload(), path));
      }
    }

    private static <T> T get(CompletableFuture<T> future) throws IOException {
      try {
        return future.get();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new InterruptedIOException("the upload was interrupted");
      } catch (ExecutionException e) {
        throw e.getCause() instanceof IOException failure ? failure : new IOException(e.getCause());
      }
    }

    private static byte[] bytes(ByteBuffer buffer) {
      byte[] bytes = new byte[buffer.remaining()];
      buffer.get(bytes);
      return bytes;
    }
  }
}
