package com.craftyverse.recsys.local;

import static org.assertj.core.api.Assertions.assertThat;

import com.craftyverse.recsys.storage.LocalObjectStore;
import com.craftyverse.recsys.storage.ObjectStore;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Tests the watcher when it cannot list the uploads.
class WatcherTroubleTest {
  private static final long MIN_POLL_MILLIS = 900;

  @TempDir Path directory;

  @Test
  void rawThatIsALink_isReportedOnce_andTheWatcherKeepsTrying() throws Exception {
    Path root = Files.createDirectory(directory.resolve("store"));
    Path elsewhere = Files.createDirectory(directory.resolve("elsewhere"));
    Path raw = Files.createSymbolicLink(root.resolve("raw"), elsewhere);
    LocalObjectStore store = new LocalObjectStore(root);
    BlockingQueue<Long> polls = new LinkedBlockingQueue<>();
    ObjectStore watched = watched(store, polls);
    UploadWatcher watcher =
        new UploadWatcher(
            watched,
            true,
            Optional.empty(),
            new Runs(watched, true, 5, new CurlExamples(watched, 8080)));
    List<String> lines = new CopyOnWriteArrayList<>();
    Handler handler = handler(lines);
    Logger logger = Logger.getLogger(UploadWatcher.class.getName());
    logger.addHandler(handler);
    try {
      watcher.start(new StartupEvent());
      long first = next(polls);
      long third = first;
      for (int poll = 0; poll < 2; poll++) {
        third = next(polls);
      }
      assertThat(third - first).isGreaterThan(2 * MIN_POLL_MILLIS);
      assertThat(lines.stream().filter(line -> line.contains("cannot look")))
          .hasSize(1)
          .allMatch(line -> line.contains("leads through a link, which is not followed"));

      Files.delete(raw);
      next(polls);
      next(polls);
      next(polls);
      assertThat(lines.stream().filter(line -> line.contains("again"))).hasSize(1);
    } finally {
      watcher.stop(new ShutdownEvent());
      logger.removeHandler(handler);
    }
  }

  private static long next(BlockingQueue<Long> polls) throws InterruptedException {
    Long poll = polls.poll(60, TimeUnit.SECONDS);
    assertThat(poll).as("the watcher looks again").isNotNull();
    return poll;
  }

  /// Returns the store with a record of when its uploads are listed.
  private static ObjectStore watched(ObjectStore store, BlockingQueue<Long> polls) {
    return (ObjectStore)
        Proxy.newProxyInstance(
            ObjectStore.class.getClassLoader(),
            new Class<?>[] {ObjectStore.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("list") && arguments[0].equals("raw/")) {
                polls.add(System.nanoTime() / 1_000_000);
              }
              try {
                return method.invoke(store, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  private static Handler handler(List<String> lines) {
    return new Handler() {
      @Override
      public void publish(LogRecord entry) {
        StringBuilder line = new StringBuilder(entry.getMessage());
        if (entry.getParameters() != null) {
          for (Object parameter : entry.getParameters()) {
            line.append(' ').append(parameter);
          }
        }
        lines.add(line.toString());
      }

      @Override
      public void flush() {}

      @Override
      public void close() {}
    };
  }
}
