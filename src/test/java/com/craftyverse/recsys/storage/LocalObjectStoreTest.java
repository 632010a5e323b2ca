package com.craftyverse.recsys.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.craftyverse.recsys.storage.ObjectStore.StoredObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalObjectStoreTest extends ObjectStoreContract {
  @TempDir private Path directory;

  @Override
  protected ObjectStore openEmpty() throws IOException {
    return new LocalObjectStore(directory.resolve("store"));
  }

  @Override
  protected List<Path> tempFiles() throws IOException {
    try (Stream<Path> files = Files.list(directory.toRealPath().resolve("store/.tmp"))) {
      return files.toList();
    }
  }

  @Test
  void link_isNotFollowed() throws IOException {
    try (ObjectStore store = openEmpty()) {
      Path secret = Files.writeString(directory.resolve("secret"), "secret");
      Files.createDirectories(directory.resolve("elsewhere"));
      Files.writeString(directory.resolve("elsewhere/file"), "secret");
      Path root = directory.resolve("store");
      Files.createSymbolicLink(root.resolve("link"), secret);
      Files.createSymbolicLink(root.resolve("dir"), directory.resolve("elsewhere"));

      for (String key : List.of("link", "dir/file", "dir/new")) {
        assertThatThrownBy(() -> store.find(key))
            .isInstanceOf(InvalidKeyException.class)
            .hasMessageContaining("leads through a link");
        assertThatThrownBy(() -> store.read(key)).isInstanceOf(InvalidKeyException.class);
        assertThatThrownBy(() -> store.fetch(key)).isInstanceOf(InvalidKeyException.class);
        assertThatThrownBy(() -> store.put(key, bytes("x")))
            .isInstanceOf(InvalidKeyException.class);
        assertThatThrownBy(() -> store.delete(key)).isInstanceOf(InvalidKeyException.class);
      }
      assertThatThrownBy(() -> store.list("dir/")).isInstanceOf(InvalidKeyException.class);
      assertThat(store.list("")).isEmpty();
      assertThat(secret).hasContent("secret");
      assertThat(directory.resolve("elsewhere/new")).doesNotExist();
    }
  }

  @Test
  void ownFiles_areNotObjects() throws IOException {
    try (ObjectStore store = openEmpty()) {
      store.put("a", bytes("x"));
      assertThat(store.replace("a", bytes("y"), store.read("a").etag())).isTrue();

      assertThat(store.list("")).extracting(ObjectInfo::key).containsExactly("a");
      assertThatThrownBy(() -> store.read(".lock")).isInstanceOf(InvalidKeyException.class);
      assertThatThrownBy(() -> store.put(".tmp/x", bytes("x")))
          .isInstanceOf(InvalidKeyException.class);
    }
  }

  /// A file name that someone chose by hand must not bypass the key rules.
  @Test
  void fileWithAnInvalidKeyAsName_isNotListed() throws IOException {
    try (ObjectStore store = openEmpty()) {
      Files.writeString(directory.resolve("store/a\nb"), "x");
      Files.writeString(directory.resolve("store/a\\b"), "x");

      assertThat(store.list("")).isEmpty();
    }
  }

  @Test
  void failedPut_leavesNoTempFile() throws IOException {
    try (ObjectStore store = openEmpty()) {
      store.put("a", bytes("a file, so no directory"));

      assertThatThrownBy(() -> store.put("a/b", bytes("x"))).isInstanceOf(IOException.class);
      assertThatThrownBy(() -> store.putIfAbsent("a/b", bytes("x")))
          .isInstanceOf(IOException.class);
      assertThat(tempFiles()).isEmpty();
    }
  }

  /// Writes objects of equal length in quick succession, into inodes that the file system reuses.
  @Test
  void etag_isUniqueAcrossRapidWrites() throws IOException {
    try (ObjectStore store = openEmpty()) {
      store.put("a", bytes("0000"));
      List<String> etags = new ArrayList<>();
      for (int i = 1; i <= 200; i++) {
        StoredObject now = store.read("a");
        etags.add(now.etag());
        assertThat(store.replace("a", bytes("%04d".formatted(i)), now.etag())).isTrue();
      }

      assertThat(etags).doesNotHaveDuplicates();
    }
  }

  @Test
  void tempFilesOfACrash_areDeletedAfterADay() throws IOException {
    Path old;
    Path fresh;
    try (ObjectStore store = openEmpty()) {
      old = store.newTempFile();
      fresh = store.newTempFile();
    }
    Files.setLastModifiedTime(old, FileTime.from(Instant.now().minus(Duration.ofDays(2))));

    try (ObjectStore store = openEmpty()) {
      assertThat(store.list("")).isEmpty();
      assertThat(old).doesNotExist();
      assertThat(fresh).exists();
    }
  }

  @Test
  void tempDirectoryThatIsALink_isRefused_andNothingBehindItDeleted() throws IOException {
    Path root = Files.createDirectory(directory.resolve("linked"));
    Path elsewhere = Files.createDirectory(directory.resolve("elsewhere"));
    Path old = Files.createFile(elsewhere.resolve("old"));
    Files.setLastModifiedTime(old, FileTime.from(Instant.now().minus(Duration.ofDays(2))));
    Files.createSymbolicLink(root.resolve(".tmp"), elsewhere);

    assertThatThrownBy(() -> new LocalObjectStore(root))
        .isInstanceOf(IOException.class)
        .hasMessage(
            root.toRealPath().resolve(".tmp")
                + " is a link, which is not followed; delete it, and the store will create a"
                + " directory there");
    assertThat(old).exists();
  }
}
