package com.craftyverse.recsys.storage.s3;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.gaul.s3proxy.blobstore.BlobStore;
import org.gaul.s3proxy.blobstore.ForwardingBlobStore;
import org.gaul.s3proxy.blobstore.S3Exceptions;
import org.gaul.s3proxy.blobstore.domain.MultipartUpload;
import org.gaul.s3proxy.nio2blob.FilesystemNio2BlobStore;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.Part;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.PutObjectResponse;

/// An in-process S3Proxy that keeps its buckets in a directory.
public final class S3ProxyServer implements S3TestServer {
  /// A strong reference; otherwise the logger and its level would be garbage-collected.
  private static final Logger LOG = Logger.getLogger("org.gaul");

  private final S3Proxy server;

  /// Starts the server on a free port.
  public S3ProxyServer(Path directory) throws Exception {
    LOG.setLevel(Level.SEVERE);
    this.server =
        S3Proxy.builder()
            .endpoint(URI.create("http://127.0.0.1:0"))
            .awsAuthentication(AuthenticationType.AWS_V4, ACCESS_KEY, SECRET_KEY)
            .blobStore(new Backend(new FilesystemNio2BlobStore(directory.toString())))
            .stopTimeout(0)
            .build();
    server.start();
  }

  @Override
  public URI uri() {
    return URI.create("http://127.0.0.1:" + server.getPort());
  }

  @Override
  public void close() {
    try {
      server.stop();
    } catch (Exception e) {
      throw new IllegalStateException("S3Proxy does not stop", e);
    }
  }

  /// Makes the server as strict as S3, and laxer in one respect.
  private static final class Backend extends ForwardingBlobStore {
    Backend(BlobStore store) {
      super(store);
    }

    /// The server checks If-Match and then writes; this makes the two steps atomic.
    @Override
    public synchronized PutObjectResponse putBlob(PutObjectRequest request, InputStream body) {
      if (request.ifMatch() != null) {
        HeadObjectResponse head = blobMetadataIfPresent(request.bucket(), request.key());
        if (head == null || !unquoted(head.eTag()).equals(unquoted(request.ifMatch()))) {
          throw S3Exceptions.preconditionFailed(new IOException("changed in the meantime"));
        }
      }
      return super.putBlob(request, body);
    }

    private static String unquoted(String etag) {
      return etag.replace("\"", "");
    }

    /// Allows small parts, which keeps tests fast: parts of unknown size pass the check.
    @Override
    public List<Part> listMultipartUpload(MultipartUpload upload) {
      return super.listMultipartUpload(upload).stream()
          .map(part -> part.toBuilder().size(null).build())
          .toList();
    }
  }
}
