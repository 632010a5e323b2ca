package com.craftyverse.recsys.ingest;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;

/// A detector for the encoding of text: UTF-8; otherwise windows-1252; otherwise, if one of the five bytes
/// occurs that windows-1252 does not define, ISO-8859-1, which defines all bytes.
final class Encoding {
  private static final Charset WINDOWS_1252 = Charset.forName("windows-1252");

  private boolean hasOthers;

  /// Returns the encoding.
  Charset charset() {
    return hasOthers ? StandardCharsets.ISO_8859_1 : WINDOWS_1252;
  }

  /// Detects the encoding of text that is not UTF-8.
  static Encoding of(InputStream input) throws IOException {
    Encoding encoding = new Encoding();
    byte[] bytes = new byte[1 << 16];
    for (int read = input.read(bytes); read >= 0; read = input.read(bytes)) {
      encoding.add(bytes, 0, read);
    }
    return encoding;
  }

  /// Returns the encoding of text that is not UTF-8.
  static Charset charsetOf(byte[] text) {
    return new Encoding().add(text, 0, text.length).charset();
  }

  private Encoding add(byte[] bytes, int from, int to) {
    for (int i = from; i < to; i++) {
      switch (bytes[i]) {
        case (byte) 0x81, (byte) 0x8D, (byte) 0x8F, (byte) 0x90, (byte) 0x9D -> hasOthers = true;
        default -> {}
      }
    }
    return this;
  }

  /// Decodes `bytes[from, to)`.
  static String decode(byte[] bytes, int from, int to) {
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(bytes, from, to - from))
          .toString();
    } catch (CharacterCodingException e) {
      return new String(bytes, from, to - from, new Encoding().add(bytes, from, to).charset());
    }
  }
}
