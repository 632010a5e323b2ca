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

/// A TCP proxy before an S3 server that spoils chosen exchanges.
///
/// Each request is taken in whole and, unless a fault prevents it, sent on over a connection of its
/// own; the answer is taken in whole and sent back, or what the fault leaves of it.
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

  /// What happens to an exchange.
  @FunctionalInterface
  public interface Fault {
    /// Serves the exchange in its way.
    void spoil(Exchange exchange) throws IOException;
  }

  private static final class Rule {
    final Predicate<String> requests;
    final Fault fault;
    int left;

    Rule(Predicate<String> requests, int times, Fault fault) {
      this.requests = requests;
      this.fault = fault;
      this.left = times;
    }

    synchronized boolean applies(String request) {
      if (left == 0 || !requests.test(request)) {
        return false;
      }
      left--;
      return true;
    }
  }

  /// Starts it on a free port before `server`.
  public FaultyProxy(URI server) throws IOException {
    this.server = new InetSocketAddress(server.getHost(), server.getPort());
    this.listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    Future<?> _ = threads.submit(this::accept);
  }

  /// Its own endpoint.
  public URI uri() {
    return URI.create("http://127.0.0.1:" + listener.getLocalPort());
  }

  /// Applies `fault` to the next `times` requests whose first line, such as `PUT
  /// /bucket/key?partNumber=1 HTTP/1.1`, passes `requests`. The first rule that applies wins.
  public void spoil(Predicate<String> requests, int times, Fault fault) {
    rules.add(new Rule(requests, times, fault));
  }

  /// The first lines of all requests so far.
  public List<String> requests() {
    return List.copyOf(seen);
  }

  /// Forgets rules and requests.
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
          rule.fault.spoil(exchange);
          return;
        }
      }
      exchange.send(exchange.forward());
    } catch (IOException e) {
      // the client gave up, as some tests want
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

  /// A request and what becomes of it.
  public final class Exchange {
    private final Socket client;
    private final byte[] head;
    private final byte[] body;

    Exchange(Socket client, byte[] head, byte[] body) {
      this.client = client;
      this.head = head;
      this.body = body;
    }

    /// Lets the server answer.
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

    /// Ends the connection with a reset instead of an orderly end.
    void reset() throws IOException {
      client.setSoLinger(true, 0);
    }
  }

  /// The request waits for the others that meet there, then all get through at once.
  public static Fault meet(CyclicBarrier others) {
    return exchange -> {
      try {
        others.await(1, TimeUnit.MINUTES);
      } catch (InterruptedException | BrokenBarrierException | TimeoutException e) {
        throw new IOException("the others did not come", e);
      }
      exchange.send(exchange.forward());
    };
  }

  /// The server answers an error and does nothing.
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

  /// The connection ends before the request gets through.
  static Fault refuse() {
    return Exchange::reset;
  }

  /// The server does what is asked, and the answer never arrives.
  static Fault loseAnswer() {
    return exchange -> {
      byte[] _ = exchange.forward();
      exchange.reset();
    };
  }

  /// The connection ends in the middle of the answer's body.
  static Fault cutBody() {
    return exchange -> {
      byte[] answer = exchange.forward();
      exchange.send(answer, 0, (bodyStart(answer) + answer.length) / 2);
    };
  }

  /// The connection stalls in the middle of the answer's body.
  static Fault stall() {
    return exchange -> {
      byte[] answer = exchange.forward();
      exchange.send(answer, 0, (bodyStart(answer) + answer.length) / 2);
      exchange.awaitHangUp();
    };
  }

  /// The answer trickles in, a few bytes a packet.
  static Fault trickle() {
    return exchange -> {
      byte[] answer = exchange.forward();
      exchange.client.setTcpNoDelay(true);
      for (int i = 0; i < answer.length; i += 1500) {
        exchange.send(answer, i, Math.min(answer.length, i + 1500));
      }
    };
  }

  /// The body is shorter than the object, and the header agrees with the body.
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

  /// The server has no checksums.
  static Fault dropChecksums() {
    return exchange -> {
      byte[] answer = exchange.forward();
      int start = bodyStart(answer);
      String head = new String(answer, 0, start, StandardCharsets.ISO_8859_1);
      exchange.send(ascii(CHECKSUM.matcher(head).replaceAll("")));
      exchange.send(answer, start, answer.length);
    };
  }

  /// The answer lacks a header.
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

  /// One bit of the body is another.
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
