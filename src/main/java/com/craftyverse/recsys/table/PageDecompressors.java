package com.craftyverse.recsys.table;

import dev.hardwood.HardwoodContext;
import dev.hardwood.internal.compression.Decompressor;
import dev.hardwood.internal.compression.DecompressorFactory;
import dev.hardwood.internal.reader.HardwoodContextImpl;
import dev.hardwood.metadata.CompressionCodec;
import java.lang.reflect.Field;

/// The Parquet library's decompressors, with [SnappyDecoder] for Snappy. The library itself calls snappy-java, which
/// [writes past the end of its buffer](https://github.com/xerial/snappy-java/issues/728) on damaged pages and so ends the
/// process.
final class PageDecompressors extends DecompressorFactory {
  private static final String FIELD = "decompressorFactory";

  private PageDecompressors() {
    super(null);
  }

  @Override
  public Decompressor getDecompressor(CompressionCodec codec) {
    return codec == CompressionCodec.SNAPPY ? new SnappyDecoder() : super.getDecompressor(codec);
  }

  /// Returns a context in which pages are decompressed by these. It takes reflection, because the library lets nobody
  /// choose its decompressors.
  static HardwoodContext newContext() {
    HardwoodContext context = HardwoodContext.create();
    try {
      Field field = HardwoodContextImpl.class.getDeclaredField(FIELD);
      field.setAccessible(true);
      field.set(context, new PageDecompressors());
      return context;
    } catch (ReflectiveOperationException | RuntimeException e) {
      context.close();
      throw new IllegalStateException("this version of the Parquet library is not known", e);
    }
  }
}
