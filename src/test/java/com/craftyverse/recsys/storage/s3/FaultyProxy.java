package com.craftyverse.recsys.storage.s3;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A TCP proxy in front of an S3 server that injects faults into selected exchanges.
///
/// It reads each request in full and, unless a fault prevents it, forwards it over a separate connection.
/// Then it reads the response in full and returns whatever the fault leaves of it.
public final class FaultyProxy implements AutoCloseable {
  private static final Pattern LENGTH = Pattern.compile("(?im)^content-length: *(\\d+)");
  private static final Pattern EXPECT = Pattern.compile("(?im)^expect:[^\r]*\r\n");
  private static final Pattern CHECKSUM = Pattern.compile("(?im)^x-amz-checksum-[^\r]*\r\n");
  private static final Pattern CONNECTION = Pattern.compile("(?im)^connection:[^\r]*\r\n");

  private final ServerSocket listener;
  private final InetSocketAddress server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final java.util.Set<Socket> open = ConcurrentHashMap.newKeySet();
  private final List<Rule> rules = new CopyOnWriteArrayList<>();
  private final List<String> seen = new CopyOnWriteArrayList<>();

  /// A fault that is injected into an exchange.
  @FunctionalInterface
  public interface Fault {
    /// Handles the exchange.
    void apply(Exchange exchange) throws IOException;
  }

  private static final class Rule {
    final Predicate<String> requests;
    final Fault fault;
    int remaining;

    Rule(Predicate<String> requests, int count, Fault fault) {
      this.requests = requests;
      this.fault = fault;
      this.remaining = count;
    }

    synchronized boolean applies(String request) {
      if (remaining == 0 || !requests.test(request)) {
        return false;
      }
      remaining--;
      return true;
    }
  }

  /// Starts a proxy for `server` on a free port.
  public FaultyProxy(URI server) throws IOException {
    this.server = new InetSocketAddress(server.getHost(), server.getPort());
    this.listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    Future<?> _ = threads.submit(this::accept);
  }

  /// Returns the proxy's own endpoint.
  public URI uri() {
    return URI.create("http://127.0.0.1:" + listener.getLocalPort());
  }

  /// Applies `fault` to the next `count` requests whose first line, such as `PUT /bucket/key?partNumber=1
  /// HTTP/1.1`, matches `requests`. The first matching rule wins.
  public void inject(Predicate<String> requests, int count, Fault fault) {
    rules.add(new Rule(requests, count, fault));
  }

  /// Returns the first lines of all requests so far.
  public List<String> requests() {
    return List.copyOf(seen);
  }

  /// Clears the rules and the recorded requests.
  void reset() {
    rules.clear();
    seen.clear();
  }

  @Override
  public void close() throws IOException {
    listener.close();
    for (Socket socket : open) {
      socket.close();
    }
    threads.close();
  }

  private void accept() {
    while (true) {
      try {
        Socket client = listener.accept();
        open.add(client);
        Future<?> _ = threads.submit(() -> serve(client));
      } catch (IOException e) {
        return; // closed
      }
    }
  }

  private void serve(Socket client) {
    try (client) {
      InputStream in = client.getInputStream();
      String head = readHead(in);
      if (EXPECT.matcher(head).find()) {
        client.getOutputStream().write(ascii("HTTP/1.1 100 Continue\r\n\r\n"));
        head = EXPECT.matcher(head).replaceAll("");
      }
      head = CONNECTION.matcher(head).replaceAll("");
      head = head.substring(0, head.length() - 2) + "Connection: close\r\n\r\n";
      Matcher length = LENGTH.matcher(head);
      byte[] body = in.readNBytes(length.find() ? Integer.parseInt(length.group(1)) : 0);
      String firstLine = head.substring(0, head.indexOf('\r'));
      seen.add(firstLine);
      Exchange exchange = new Exchange(client, ascii(head), body);
      for (Rule rule : rules) {
        if (rule.applies(firstLine)) {
          rule.fault.apply(exchange);
          return;
        }
      }
      exchange.send(exchange.forward());
    } catch (IOException e) {
      // the client gave up; some tests provoke that
    } finally {
      open.remove(client);
    }
  }

  private static String readHead(InputStream in) throws IOException {
    StringBuilder head = new StringBuilder();
    while (head.indexOf("\r\n\r\n", Math.max(0, head.length() - 4)) < 0) {
      int b = in.read();
      if (b < 0) {
        throw new EOFException();
      }
      head.append((char) b);
    }
    return head.toString();
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  /// A request and its handling.
  public final class Exchange {
    private final Socket client;
    private final byte[] head;
    private final byte[] body;

    Exchange(Socket client, byte[] head, byte[] body) {
      this.client = client;
      this.head = head;
      this.body = body;
    }

    /// Forwards the request and returns the server's response.
    byte[] forward() throws IOException {
      try (Socket socket = new Socket()) {
        socket.connect(server);
        OutputStream out = socket.getOutputStream();
        out.write(head);
        out.write(body);
        out.flush();
        ByteArrayOutputStream answer = new ByteArrayOutputStream();
        socket.getInputStream().transferTo(answer);
        return answer.toByteArray();
      }
    }

    void send(byte[] bytes) throws IOException {
      send(bytes, 0, bytes.length);
    }

    void send(byte[] bytes, int from, int to) throws IOException {
      client.getOutputStream().write(bytes, from, to - from);
      client.getOutputStream().flush();
    }

    /// Waits until the client hangs up.
    void awaitHangUp() throws IOException {
      int _ = client.getInputStream().read();
    }

    /// Resets the connection instead of closing it in order.
    void reset() throws IOException {
      client.setSoLinger(true, 0);
    }
  }

  /// Holds each request until all have arrived, then releases them together.
  public static Fault await(CyclicBarrier barrier) {
    return exchange -> {
      try {
        barrier.await(1, TimeUnit.MINUTES);
      } catch (InterruptedException | BrokenBarrierException | TimeoutException e) {
        throw new IOException("the others did not come", e);
      }
      exchange.send(exchange.forward());
    };
  }

  /// Responds with an error; the server does nothing.
  static Fault error(int status, String code) {
    String xml =
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Error><Code>"
            + code
            + "</Code><Message>made up by the test</Message></Error>";
    return exchange ->
        exchange.send(
            ascii(
                String.format(
                    Locale.ROOT,
                    "HTTP/1.1 %d X\r\nContent-Type: application/xml\r\nContent-Length: %d\r\n"
                        + "Connection: close\r\n\r\n%s",
                    status,
                    xml.length(),
                    xml)));
  }

  /// Closes the connection before the request gets through.
  static Fault refuse() {
    return Exchange::reset;
  }

  /// Carries out the request and drops the response.
  static Fault loseAnswer() {
    return exchange -> {
      byte[] _ = exchange.forward();
      exchange.reset();
    };
  }

  /// Closes the connection in the middle of the response body.
  static Fault cutBody() {
    return exchange -> {
      byte[] answer = exchange.forward();
      exchange.send(answer, 0, (bodyStart(answer) + answer.length) / 2);
    };
  }

  /// Stalls the connection in the middle of the response body.
  static Fault stall() {
    return exchange -> {
      byte[] answer = exchange.forward();
      exchange.send(answer, 0, (bodyStart(answer) + answer.length) / 2);
      exchange.awaitHangUp();
    };
  }

  /// Sends the response slowly, a few bytes per packet.
  static Fault trickle() {
    return exchange -> {
      byte[] answer = exchange.forward();
      exchange.client.setTcpNoDelay(true);
      for (int i = 0; i < answer.length; i += 1500) {
        exchange.send(answer, i, Math.min(answer.length, i + 1500));
      }
    };
  }

  /// Truncates the body and adjusts the header to match.
  static Fault truncateBody() {
    return exchange -> {
      byte[] answer = exchange.forward();
      int start = bodyStart(answer);
      int left = (answer.length - start) / 2;
      byte[] head =
          ascii(
              LENGTH
                  .matcher(new String(answer, 0, start, StandardCharsets.ISO_8859_1))
                  .replaceFirst("Content-Length: " + left));
      exchange.send(head);
      exchange.send(answer, start, start + left);
    };
  }

  /// Removes the checksum headers.
  static Fault dropChecksums() {
    return exchange -> {
      byte[] answer = exchange.forward();
      int start = bodyStart(answer);
      String head = new String(answer, 0, start, StandardCharsets.ISO_8859_1);
      exchange.send(ascii(CHECKSUM.matcher(head).replaceAll("")));
      exchange.send(answer, start, answer.length);
    };
  }

  /// Removes a header from the response.
  static Fault dropHeader(String name) {
    Pattern header = Pattern.compile("(?im)^" + name + ":[^\r]*\r\n");
    return exchange -> {
      byte[] answer = exchange.forward();
      int start = bodyStart(answer);
      String head = new String(answer, 0, start, StandardCharsets.ISO_8859_1);
      exchange.send(ascii(header.matcher(head).replaceAll("")));
      exchange.send(answer, start, answer.length);
    };
  }

  /// Flips one bit of the body.
  static Fault flipBit() {
    return exchange -> {
      byte[] answer = exchange.forward();
      answer[(bodyStart(answer) + answer.length) / 2] ^= 4;
      exchange.send(answer);
    };
  }

  private static int bodyStart(byte[] answer) {
    return new String(answer, StandardCharsets.ISO_8859_1).indexOf("\r\n\r\n") + 4;
  }
}
