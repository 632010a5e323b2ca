package com.craftyverse.recsys.ingest;

import com.craftyverse.recsys.format.RatingScale;
import com.craftyverse.recsys.format.StoreLayout;
import com.craftyverse.recsys.step.Request;
import com.craftyverse.recsys.step.RequestException;
import com.craftyverse.recsys.step.RequestJson;
import com.craftyverse.recsys.storage.NoSuchObjectException;
import com.craftyverse.recsys.storage.ObjectStore;
import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The content of `raw/{dataset}/settings.json`: how to read the uploads of that directory, whatever brings them. A
/// field that a request sets itself takes precedence.
///
/// @param onBadRow the treatment of malformed rows: `fail` or `skip`
/// @param maxBadRows with `skip`, the number of rows of a file that may be skipped before it fails
/// @param columns the column names of a ratings file that is not MovieLens'
/// @param delimiter the delimiter between its values
/// @param scale the rating scale
@JsonInclude(JsonInclude.Include.NON_NULL)
public record UploadSettings(
    @Nullable String onBadRow,
    @Nullable Long maxBadRows,
    @Nullable RatingsColumns columns,
    @Nullable String delimiter,
    @Nullable RatingScale scale)
    implements Request {
  /// The settings of a directory without `settings.json`.
  public static final UploadSettings DEFAULTS = new UploadSettings(null, null, null, null, null);

  /// Reads the settings that apply to an upload.
  ///
  /// @param key the upload's key
  /// @throws RequestException if there is a `settings.json` with an invalid field
  static UploadSettings of(ObjectStore store, String key) throws IOException {
    Optional<String> settingsKey = StoreLayout.settingsOfUpload(key);
    if (settingsKey.isEmpty()) {
      return DEFAULTS;
    }
    try {
      byte[] json = store.read(settingsKey.get()).content();
      return RequestJson.decode(json, UploadSettings.class).requireValid();
    } catch (NoSuchObjectException e) {
      return DEFAULTS;
    } catch (RequestException e) {
      throw RequestException.invalid(settingsKey.get() + ": " + e.getMessage());
    }
  }

  /// Returns these settings if all fields are valid.
  ///
  /// @throws RequestException naming the field that is not
  public UploadSettings requireValid() {
    IngestParameters.of(complete(IngestRequest.of("")));
    return this;
  }

  /// Returns a request with these settings where it has none of its own.
  IngestRequest complete(IngestRequest request) {
    return IngestRequestBuilder.builder(request)
        .onBadRow(request.onBadRow() == null ? onBadRow : request.onBadRow())
        .maxBadRows(request.maxBadRows() == null ? maxBadRows : request.maxBadRows())
        .columns(request.columns() == null ? columns : request.columns())
        .delimiter(request.delimiter() == null ? delimiter : request.delimiter())
        .scale(request.scale() == null ? scale : request.scale())
        .build();
  }

  /// Returns whether nothing differs from the defaults.
  @JsonIgnore
  public boolean isDefault() {
    return equals(DEFAULTS);
  }
}
