package com.craftyverse.recsys.ingest;

import com.craftyverse.recsys.format.Feedback;
import com.craftyverse.recsys.format.RatingScale;
import com.craftyverse.recsys.format.StoreLayout;
import com.craftyverse.recsys.step.Request;
import com.craftyverse.recsys.step.RequestException;
import com.craftyverse.recsys.step.RequestJson;
import com.craftyverse.recsys.storage.NoSuchObjectException;
import com.craftyverse.recsys.storage.ObjectStore;
import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.soabase.recordbuilder.core.RecordBuilder;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The content of `raw/{dataset}/settings.json`: how to read the uploads of that directory, whatever brings them, and
/// what the later steps do with them. A field that a request sets itself takes precedence. The version of a dataset
/// depends on the fields about reading alone, a step's result on its own part alone.
///
/// @param onBadRow the treatment of malformed rows: `fail` or `skip`
/// @param maxBadRows with `skip`, the number of rows of a file that may be skipped before it fails
/// @param columns the names of the ratings file's columns
/// @param delimiter the delimiter between its values
/// @param scale the rating scale
/// @param encoding the file's encoding
/// @param header whether its first line names the columns
/// @param ids the types of user and item ids
/// @param time how times are written
/// @param decimal the decimal mark of ratings
/// @param missing ratings that mean that there is none
/// @param feedback what the rows are: `ratings` or `choices`
/// @param events the weights of kinds of events
/// @param entry the ratings file's name in a zip, or the pair of a training and a test set in a folder
/// @param append whether an upload adds its rows to the dataset's last version
/// @param files patterns of the files below the directory that together make the dataset, such as `part-*.csv`
/// @param split fields of `split`'s request
/// @param index fields of `index`'s request
/// @param train fields of `train`'s request
/// @param evaluate fields of `evaluate`'s request, with the gate's margins
@JsonInclude(JsonInclude.Include.NON_NULL)
@RecordBuilder
public record UploadSettings(
    @Nullable String onBadRow,
    @Nullable Long maxBadRows,
    @Nullable RatingsColumns columns,
    @Nullable String delimiter,
    @Nullable RatingScale scale,
    @Nullable String encoding,
    @Nullable Boolean header,
    @Nullable IdTypes ids,
    @Nullable String time,
    @Nullable String decimal,
    @Nullable List<Double> missing,
    @Nullable Feedback feedback,
    @Nullable Map<String, Double> events,
    @Nullable String entry,
    @Nullable Boolean append,
    @Nullable List<String> files,
    @Nullable ObjectNode split,
    @Nullable ObjectNode index,
    @Nullable ObjectNode train,
    @Nullable ObjectNode evaluate)
    implements Request {
  /// The settings of a directory without `settings.json`.
  public static final UploadSettings DEFAULTS = UploadSettingsBuilder.builder().build();

  /// Reads the settings that apply to an upload.
  ///
  /// @param key the upload's key
  /// @throws RequestException if there is a `settings.json` with an invalid field
  public static UploadSettings of(ObjectStore store, String key) throws IOException {
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
    if (files != null) {
      UploadObjects.requirePatterns(files);
    }
    return this;
  }

  /// Returns whether they say how to split.
  boolean hasSplitKind() {
    return split != null && split.has("kind");
  }

  /// Returns the parts for the later steps.
  StepSettings steps() {
    return new StepSettings(part(split), part(index), part(train), part(evaluate));
  }

  private static ObjectNode part(@Nullable ObjectNode fields) {
    return fields == null ? JsonNodeFactory.instance.objectNode() : fields;
  }

  /// Returns these settings with the later steps' parts of others.
  public UploadSettings withStepsOf(UploadSettings other) {
    return UploadSettingsBuilder.builder(this)
        .split(other.split)
        .index(other.index)
        .train(other.train)
        .evaluate(other.evaluate)
        .build();
  }

  /// Returns a request with these settings where it has none of its own.
  IngestRequest complete(IngestRequest request) {
    return IngestRequestBuilder.builder(request)
        .onBadRow(request.onBadRow() == null ? onBadRow : request.onBadRow())
        .maxBadRows(request.maxBadRows() == null ? maxBadRows : request.maxBadRows())
        .columns(request.columns() == null ? columns : request.columns())
        .delimiter(request.delimiter() == null ? delimiter : request.delimiter())
        .scale(request.scale() == null ? scale : request.scale())
        .encoding(request.encoding() == null ? encoding : request.encoding())
        .header(request.header() == null ? header : request.header())
        .ids(request.ids() == null ? ids : request.ids())
        .time(request.time() == null ? time : request.time())
        .decimal(request.decimal() == null ? decimal : request.decimal())
        .missing(request.missing() == null ? missing : request.missing())
        .feedback(request.feedback() == null ? feedback : request.feedback())
        .events(request.events() == null ? events : request.events())
        .entry(request.entry() == null ? entry : request.entry())
        .append(request.append() == null ? append : request.append())
        .build();
  }

  /// Returns whether nothing differs from the defaults.
  @JsonIgnore
  public boolean isDefault() {
    return equals(DEFAULTS);
  }
}
