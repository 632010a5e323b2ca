package com.craftyverse.recsys.ingest;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.Charset;
import java.nio.charset.CodingErrorAction;

/// A reader for text in a given encoding that skips the byte order mark.
final class TextReader extends Reader {
  private final Reader text;
  private boolean started;
  private boolean atEnd;

  /// The last character other than a line end.
  private char last;

  /// @param charset the encoding; bytes that are invalid in it cause a
  ///     [java.nio.charset.CharacterCodingException]
  TextReader(InputStream input, Charset charset) {
    this.text =
        new InputStreamReader(
            input,
            charset
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT));
  }

  @Override
  public int read(char[] target, int offset, int maxChars) throws IOException {
    int count = text.read(target, offset, maxChars);
    atEnd |= count < 0;
    if (!started && count > 0) {
      started = true;
      if (target[offset] == '\uFEFF') {
        System.arraycopy(target, offset + 1, target, offset, count - 1);
        count--;
        if (count == 0) {
          return read(target, offset, maxChars);
        }
      }
    }
    for (int i = offset + count - 1; i >= offset; i--) {
      if (target[i] != '\n' && target[i] != '\r') {
        last = target[i];
        break;
      }
    }
    return count;
  }

  /// Returns whether all text was read.
  boolean isAtEnd() {
    return atEnd;
  }

  /// Returns whether the text read so far ends with a quote, not counting line ends.
  boolean endsWithQuote() {
    return last == '"';
  }

  @Override
  public void close() throws IOException {
    text.close();
  }
}
