package com.craftyverse.recsys.ingest;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.Charset;
import java.nio.charset.CodingErrorAction;

/// Text in a given encoding, without its byte order mark.
final class TextReader extends Reader {
  private final Reader text;
  private boolean begun;
  private boolean atEnd;

  /// The last character that does not end a line.
  private char last;

  /// @param charset in which bytes that it does not have are a
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
  public int read(char[] target, int offset, int most) throws IOException {
    int count = text.read(target, offset, most);
    atEnd |= count < 0;
    if (!begun && count > 0) {
      begun = true;
      if (target[offset] == '\uFEFF') {
        System.arraycopy(target, offset + 1, target, offset, count - 1);
        count--;
        if (count == 0) {
          return read(target, offset, most);
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

  /// Whether all was read.
  boolean isAtEnd() {
    return atEnd;
  }

  /// Whether what was read, but for ends of lines, ends with a quote.
  boolean endsWithQuote() {
    return last == '"';
  }

  @Override
  public void close() throws IOException {
    text.close();
  }
}
