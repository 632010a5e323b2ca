package com.craftyverse.recsys.step;

import java.io.InterruptedIOException;
import java.lang.System.Logger.Level;
import java.util.Locale;

/// The progress of a long step: done, rate and time left. It goes to the log at most every two seconds, and to
/// the [ProgressListener] of the scope in which it was created at most four times a second. Each update also
/// checks for an interrupt, so this is where a step stops.
///
/// Not thread-safe.
public final class Progress {
  private static final long LOG_NANOS = 2_000_000_000L;
  private static final long REPORT_NANOS = 250_000_000L;

  private final System.Logger log;
  private final String label;
  private final String unit;
  private final long total;
  private final long start = System.nanoTime();
  private final ProgressListener listener = ProgressListener.current();
  private long lastLogged = start;
  private long lastReported = start;

  /// @param log where progress is logged
  /// @param label name of the work, such as `ingest ml-latest`; see [ProgressListener.Activity]
  /// @param unit what is counted, such as `rows`
  /// @param total the expected total
  public Progress(System.Logger log, String label, String unit, long total) {
    this.log = log;
    this.label = label;
    this.unit = unit;
    this.total = total;
  }

  /// Reports and logs the progress unless the last report and the last line are too recent.
  ///
  /// @throws InterruptedIOException if the thread is interrupted
  public void update(long done) throws InterruptedIOException {
    if (Thread.currentThread().isInterrupted()) {
      throw Threads.interrupted(label);
    }
    long now = System.nanoTime();
    if (now - lastReported < REPORT_NANOS || done <= 0) {
      return;
    }
    lastReported = now;
    double rate = done / ((now - start) / 1e9);
    double secondsLeft = Math.max(0, total - done) / rate;
    listener.onActivity(new ProgressListener.Activity(label, done, total, unit, rate, secondsLeft));
    if (now - lastLogged < LOG_NANOS) {
      return;
    }
    lastLogged = now;
    log.log(
        Level.INFO,
        () ->
            String.format(
                Locale.ROOT,
                "%s: %,d of %,d %s (%.0f %%), %s %s/s, %s left",
                label,
                done,
                total,
                unit,
                100.0 * done / Math.max(1, total),
                rate(rate),
                unit,
                duration(secondsLeft)));
  }

  /// Formats a rate for people: `12.3 M`, `45.6 k`, `789`.
  public static String rate(double perSecond) {
    if (!Double.isFinite(perSecond)) {
      return "0";
    }
    if (perSecond >= 1e6) {
      return String.format(Locale.ROOT, "%.1f M", perSecond / 1e6);
    }
    if (perSecond >= 1e4) {
      return String.format(Locale.ROOT, "%.1f k", perSecond / 1e3);
    }
    return String.format(Locale.ROOT, "%.0f", perSecond);
  }

  /// Formats a duration for people: `0.4 s`, `12 s`, `3 min 05 s`.
  public static String duration(double seconds) {
    if (seconds < 10) {
      return String.format(Locale.ROOT, "%.1f s", seconds);
    }
    long whole = Math.round(seconds);
    return whole < 60
        ? whole + " s"
        : String.format(Locale.ROOT, "%d min %02d s", whole / 60, whole % 60);
  }
}
