package com.craftyverse.recsys.ingest;

import com.craftyverse.recsys.step.ErrorMapper;
import com.craftyverse.recsys.step.Request;
import com.craftyverse.recsys.storage.ObjectStore;
import io.quarkus.funqy.Funq;
import jakarta.inject.Inject;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/// The function `ingest`.
public final class IngestFunction {
  private final Ingest ingest;

  @Inject
  IngestFunction(
      ObjectStore store,
      @ConfigProperty(name = "recsys.max-upload-bytes") Optional<Long> maxUploadBytes) {
    this.ingest = new Ingest(store, maxUploadBytes.orElse(Long.MAX_VALUE));
  }

  /// Turns an upload into a dataset.
  @Funq("ingest")
  public IngestResult ingest(IngestRequest request) {
    return ErrorMapper.call(() -> ingest.run(Request.requireBody(request)));
  }
}
