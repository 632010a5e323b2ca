package com.craftyverse.recsys.ingest;

import com.craftyverse.recsys.step.RequestException;
import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/// Text in UTF-8, which knows where the bytes are that are not. A byte order mark is left out.
final class Utf8Reader extends Reader {
  private final InputStream input;
  private final String file;
  private final CharsetDecoder decoder =
      StandardCharsets.UTF_8
          .newDecoder()
          .onMalformedInput(CodingErrorAction.REPORT)
          .onUnmappableCharacter(CodingErrorAction.REPORT);
  private final ByteBuffer bytes = ByteBuffer.allocate(1 << 16).flip();
  private boolean atEnd;
  private boolean begun;

  /// Where the buffer's first byte is.
  private long line = 1;

  private int column = 1;

  /// The last character that does not end a line.
  private char last;

  /// @param file what the error calls it
  Utf8Reader(InputStream input, String file) {
    this.input = input;
    this.file = file;
  }

  /// @throws RequestException when there are bytes that are not UTF-8; the message names line and column
  @Override
  public int read(char[] target, int offset, int most) throws IOException {
    CharBuffer chars = CharBuffer.wrap(target, offset, most).slice();
    while (true) {
      CoderResult result = decoder.decode(bytes, chars, atEnd);
      if (result.isError()) {
        throw malformed();
      }
      if (!begun && chars.position() > 0) {
        begun = true;
        if (target[offset] == '\uFEFF') {
          chars.flip().position(1);
          chars.compact();
        }
      }
      int length = chars.position();
      if (length > 0) {
        note(target, offset, offset + length);
        return length;
      }
      if (atEnd) {
        return -1;
      }
      fill();
    }
  }

  private void note(char[] chars, int from, int to) {
    for (int i = to - 1; i >= from; i--) {
      if (chars[i] != '\n' && chars[i] != '\r') {
        last = chars[i];
        return;
      }
    }
  }

  /// Whether what was read, but for ends of lines, ends with a quote.
  boolean endsWithQuote() {
    return last == '"';
  }

  private void fill() throws IOException {
    passOver(bytes.position());
    bytes.compact();
    int read = input.read(bytes.array(), bytes.position(), bytes.remaining());
    atEnd = read < 0;
    bytes.position(bytes.position() + Math.max(0, read)).flip();
  }

  /// Counts lines and columns up to `end` of the buffer.
  private void passOver(int end) {
    byte[] array = bytes.array();
    int lineStart = 0;
    for (int i = 0; i < end; i++) {
      if (array[i] == '\n') {
        line++;
        column = 1;
        lineStart = i + 1;
      }
    }
    for (int i = lineStart; i < end; i++) {
      // A character's bytes but the first are 10xxxxxx.
      column += (array[i] & 0xC0) == 0x80 ? 0 : 1;
    }
  }

  private RequestException malformed() {
    passOver(bytes.position());
    return RequestException.unprocessable(
        file + ", line " + line + ", column " + column + ": bytes that are not UTF-8");
  }

  @Override
  public void close() throws IOException {
    input.close();
  }
}
