package com.craftyverse.recsys.publish;

import com.craftyverse.recsys.step.ErrorMapper;
import com.craftyverse.recsys.step.Request;
import com.craftyverse.recsys.storage.ObjectStore;
import io.quarkus.funqy.Funq;
import jakarta.inject.Inject;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/// The `publish` function.
public final class PublishFunction {
  private final Publish publish;

  @Inject
  PublishFunction(
      ObjectStore store, @ConfigProperty(name = "recsys.keep-versions") int keepVersions) {
    this.publish = new Publish(store, keepVersions);
  }

  /// Makes an evaluated model its dataset's current one.
  @Funq("publish")
  public PublishResult publish(PublishRequest request) {
    return ErrorMapper.call(() -> publish.run(Request.requireBody(request)));
  }
}
