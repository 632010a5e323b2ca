import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;

/// Takes the compression out of the jars within a package, which is compressed itself: a cold start then
/// need not inflate the thousands of classes that it loads, and the package becomes smaller, since a jar
/// compresses better as a whole. Run by Maven when the package is there.
public final class StoreJars {
  private StoreJars() {}

  /// @param arguments the package, which is replaced
  public static void main(String[] arguments) throws IOException {
    Path zip = Path.of(arguments[0]);
    Path stored = zip.resolveSibling(zip.getFileName() + ".tmp");
    try (ZipInputStream from = new ZipInputStream(Files.newInputStream(zip));
        ZipOutputStream to = new ZipOutputStream(Files.newOutputStream(stored))) {
      to.setLevel(9);
      for (ZipEntry entry = from.getNextEntry(); entry != null; entry = from.getNextEntry()) {
        if (entry.isDirectory()) {
          continue; // some are there twice
        }
        byte[] content = from.readAllBytes();
        ZipEntry same = new ZipEntry(entry.getName());
        same.setTime(entry.getTime());
        to.putNextEntry(same);
        to.write(entry.getName().endsWith(".jar") ? stored(content) : content);
      }
    }
    Files.move(stored, zip, StandardCopyOption.REPLACE_EXISTING);
  }

  private static byte[] stored(byte[] jar) throws IOException {
    ByteArrayOutputStream stored = new ByteArrayOutputStream(3 * jar.length);
    try (InputStream bytes = new ByteArrayInputStream(jar)) {
      store(new ZipInputStream(bytes), stored);
    }
    return stored.toByteArray();
  }

  private static void store(ZipInputStream from, OutputStream output) throws IOException {
    try (ZipOutputStream to = new ZipOutputStream(output)) {
      for (ZipEntry entry = from.getNextEntry(); entry != null; entry = from.getNextEntry()) {
        byte[] content = from.readAllBytes();
        CRC32 crc = new CRC32();
        crc.update(content);
        ZipEntry same = new ZipEntry(entry.getName());
        same.setTime(entry.getTime());
        same.setMethod(ZipEntry.STORED);
        same.setSize(content.length);
        same.setCrc(crc.getValue());
        to.putNextEntry(same);
        to.write(content);
      }
    }
  }
}
