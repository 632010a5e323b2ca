package com.craftyverse.recsys.ingest;

import static java.nio.charset.StandardCharsets.UTF_16BE;
import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.Charset;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.util.Arrays;
import org.apache.commons.io.input.ReaderInputStream;
import org.jspecify.annotations.Nullable;

/// The text of a ratings file in UTF-8 with lines that end in LF or CRLF, whatever the file's encoding and line
/// ends are.
///
/// The first bytes decide. A byte order mark or zeros in every other byte mean UTF-16; bytes that are not UTF-8
/// mean [windows-1252 or ISO-8859-1][Encoding]; CR without any LF means lines that end in CR. Text that needs no
/// conversion passes through untouched.
final class RatingsText extends FilterInputStream {
  /// How much of a file decides on its layout.
  static final int SAMPLE_BYTES = 1 << 20;

  private static final int START_BYTES = 1 << 16;

  private final String encoding;
  private final boolean endsInCarriageReturns;

  private RatingsText(InputStream input, String encoding, boolean endsInCarriageReturns) {
    super(input);
    this.encoding = encoding;
    this.endsInCarriageReturns = endsInCarriageReturns;
  }

  /// Opens a file's text.
  ///
  /// @param declared the name of the encoding; null to detect it
  static RatingsText open(InputStream input, @Nullable String declared) throws IOException {
    BufferedInputStream buffered = new BufferedInputStream(input, START_BYTES);
    buffered.mark(START_BYTES);
    byte[] start = buffered.readNBytes(START_BYTES);
    buffered.reset();
    Charset charset = declared == null ? charset(start) : Charset.forName(declared);
    InputStream text = buffered;
    byte[] textStart = start;
    if (!charset.equals(UTF_8)) {
      text =
          ReaderInputStream.builder()
              .setReader(
                  new InputStreamReader(
                      buffered,
                      charset
                          .newDecoder()
                          .onMalformedInput(CodingErrorAction.REPORT)
                          .onUnmappableCharacter(CodingErrorAction.REPORT)))
              .setCharset(UTF_8)
              .get();
      textStart = new String(start, charset).getBytes(UTF_8);
    }
    boolean onlyReturns = has(textStart, '\r') && !has(textStart, '\n');
    return new RatingsText(onlyReturns ? new LineFeeds(text) : text, charset.name(), onlyReturns);
  }

  /// Reads the first megabyte of the text: whole lines, the last one with a line end.
  byte[] sample() throws IOException {
    byte[] sample = readNBytes(SAMPLE_BYTES);
    if (sample.length < SAMPLE_BYTES) {
      boolean ended = sample.length == 0 || sample[sample.length - 1] == '\n';
      if (!ended) {
        sample = Arrays.copyOf(sample, sample.length + 1);
        sample[sample.length - 1] = '\n';
      }
      return sample;
    }
    int end = sample.length;
    while (end > 0 && sample[end - 1] != '\n') {
      end--;
    }
    return Arrays.copyOf(sample, end == 0 ? sample.length : end);
  }

  /// Returns the name of the encoding.
  String encoding() {
    return encoding;
  }

  /// Returns what ends the lines, if it is unusual.
  boolean endsInCarriageReturns() {
    return endsInCarriageReturns;
  }

  private static Charset charset(byte[] start) {
    if (start.length >= 2 && start[0] == (byte) 0xFF && start[1] == (byte) 0xFE) {
      return Charset.forName("UTF-16");
    }
    if (start.length >= 2 && start[0] == (byte) 0xFE && start[1] == (byte) 0xFF) {
      return Charset.forName("UTF-16");
    }
    int evenZeros = 0;
    int oddZeros = 0;
    for (int i = 0; i + 1 < start.length; i += 2) {
      evenZeros += start[i] == 0 ? 1 : 0;
      oddZeros += start[i + 1] == 0 ? 1 : 0;
    }
    int pairs = start.length / 2;
    if (pairs > 0 && 10 * oddZeros > 9 * pairs && evenZeros == 0) {
      return UTF_16LE;
    }
    if (pairs > 0 && 10 * evenZeros > 9 * pairs && oddZeros == 0) {
      return UTF_16BE;
    }
    return isUtf8(start) ? UTF_8 : Encoding.charsetOf(start);
  }

  /// Returns whether the bytes are UTF-8, except for a character that the end cuts off.
  private static boolean isUtf8(byte[] start) {
    CharsetDecoder decoder = UTF_8.newDecoder();
    CharBuffer characters = CharBuffer.allocate(start.length);
    CoderResult result = decoder.decode(ByteBuffer.wrap(start), characters, false);
    return !result.isError();
  }

  private static boolean has(byte[] bytes, char character) {
    for (byte each : bytes) {
      if (each == character) {
        return true;
      }
    }
    return false;
  }

  /// Replaces each CR by LF.
  private static final class LineFeeds extends FilterInputStream {
    LineFeeds(InputStream input) {
      super(input);
    }

    @Override
    public int read() throws IOException {
      int next = super.read();
      return next == '\r' ? '\n' : next;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
      int count = super.read(buffer, offset, length);
      for (int i = offset; i < offset + count; i++) {
        buffer[i] = buffer[i] == '\r' ? (byte) '\n' : buffer[i];
      }
      return count;
    }
  }
}
