package com.craftyverse.recsys.batch;

import com.craftyverse.recsys.format.Id;
import com.craftyverse.recsys.format.IdTable;
import com.craftyverse.recsys.step.Digest;
import com.craftyverse.recsys.step.RequestException;
import com.craftyverse.recsys.storage.FetchedObject;
import com.craftyverse.recsys.storage.NoSuchObjectException;
import com.craftyverse.recsys.storage.ObjectKeys;
import com.craftyverse.recsys.storage.ObjectStore;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.MalformedInputException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.security.MessageDigest;
import java.util.BitSet;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.IntStream;

/// The users of a batch: the rows of a model's users, ascending, each once.
///
/// @param rows the rows
/// @param unknown number of ids that the model does not know, each time that they occur
record UserSelection(int[] rows, int unknown) {
  /// Returns all users.
  static UserSelection all(int users) {
    return new UserSelection(IntStream.range(0, users).toArray(), 0);
  }

  /// Returns the users with some ids.
  ///
  /// @param known the model's users
  /// @throws RequestException if an id is a text, but the model's ids are numbers
  static UserSelection of(List<Id> ids, IdTable known) {
    Collector collector = new Collector(known);
    for (int i = 0; i < ids.size(); i++) {
      collector.add(ids.get(i), "field 'users[" + i + "]'");
    }
    return collector.selection();
  }

  /// Reads the users from a file with one id a line. Empty lines and blanks around ids do not
  /// count.
  ///
  /// @throws RequestException if there is no such file, or a line is no id of the model's kind
  static UserSelection read(ObjectStore store, String key, IdTable known) throws IOException {
    Collector collector = new Collector(known);
    int number = 0;
    try (FetchedObject file = store.fetch(key);
        BufferedReader lines = Files.newBufferedReader(file.path(), StandardCharsets.UTF_8)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        number++;
        String text = (number == 1 && line.startsWith("\uFEFF") ? line.substring(1) : line).strip();
        if (!text.isEmpty()) {
          String place = key + ", line " + number;
          collector.add(id(text, place), place);
        }
      }
    } catch (NoSuchObjectException e) {
      throw RequestException.notFound(
          "field 'usersFile': there is no object " + ObjectKeys.quote(key) + " in the store");
    } catch (MalformedInputException e) {
      throw RequestException.unprocessable(key + ": the file is not in UTF-8");
    }
    return collector.selection();
  }

  private static Id id(String text, String place) {
    try {
      return Id.of(text);
    } catch (IllegalArgumentException e) {
      throw RequestException.unprocessable(
          place + ": expected a user id of 1 to " + Id.MAX_BYTES + " bytes");
    }
  }

  /// Returns the digest that identifies the users of a model.
  String digest() {
    MessageDigest digest = Digest.sha256();
    ByteBuffer bytes = ByteBuffer.allocate((rows.length + 1) * Integer.BYTES);
    bytes.putInt(unknown);
    bytes.asIntBuffer().put(rows);
    digest.update(bytes.rewind());
    return HexFormat.of().formatHex(digest.digest());
  }

  /// Collects users.
  private static final class Collector {
    private final IdTable known;
    private final BitSet rows = new BitSet();
    private int unknown;

    Collector(IdTable known) {
      this.known = known;
    }

    /// @param place where the id stands, for the error
    void add(Id id, String place) {
      Id converted = known.convert(id);
      if (converted == null) {
        throw RequestException.invalid(
            place + ": the user ids of this dataset are whole numbers, found a string");
      }
      int row = known.indexOf(converted);
      if (row >= 0) {
        rows.set(row);
      } else {
        unknown++;
      }
    }

    UserSelection selection() {
      return new UserSelection(rows.stream().toArray(), unknown);
    }
  }
}
