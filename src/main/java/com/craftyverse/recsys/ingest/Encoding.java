package com.craftyverse.recsys.ingest;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;

/// Tells how text is encoded: in UTF-8; otherwise in windows-1252; otherwise, where one of the five bytes
/// occurs that windows-1252 does not have, in ISO-8859-1, which has them all.
final class Encoding {
  private static final Charset WINDOWS_1252 = Charset.forName("windows-1252");

  private boolean hasOthers;

  /// The encoding.
  Charset charset() {
    return hasOthers ? StandardCharsets.ISO_8859_1 : WINDOWS_1252;
  }

  /// Looks at all bytes of text that is not UTF-8.
  static Encoding of(InputStream input) throws IOException {
    Encoding encoding = new Encoding();
    byte[] bytes = new byte[1 << 16];
    for (int read = input.read(bytes); read >= 0; read = input.read(bytes)) {
      encoding.add(bytes, 0, read);
    }
    return encoding;
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

  /// The text of `bytes[from, to)`.
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
