package vch.engine.machine;

import java.io.Closeable;
import java.io.IOException;
import vch.portlayer.address.Ip;

/// A UDP socket that many ask at once, on the wildcard address of both families: datagrams come and
/// go several at a time.
public interface Datagrams extends Closeable {
  /// Opens such a socket, in the namespace of the thread that calls.
  @FunctionalInterface
  interface Opening {
    /// @param port 0: the kernel chooses
    /// @param receiveBytes room for datagrams that wait; there may be less
    /// @param bytesMax of one datagram, to and fro; longer ones are cut when they come
    Datagrams open(int port, int receiveBytes, int bytesMax) throws IOException;
  }

  /// Who sent a datagram.
  ///
  /// @param scope which link a link-local address is of, as the machine knows it; otherwise 0
  record Sender(Ip address, int port, int scope) {}

  /// What is done with a datagram.
  @FunctionalInterface
  interface Answering {
    /// No answer, or none yet.
    byte[] NOTHING = {};

    /// Must neither wait nor throw: others that have come wait for it.
    ///
    /// @param bytes holds the datagram until this returns
    /// @return the answer, which is copied at once; or [#NOTHING]
    byte[] answer(byte[] bytes, int length, Sender from);
  }

  int port();

  /// Hands over what comes, and sends the answers, until the socket is closed. To be called by one
  /// platform thread, which it holds.
  ///
  /// @throws IOException nothing could be received; it may be called again
  void serve(Answering answering) throws IOException;

  /// Sends a datagram, from any thread.
  void send(Sender to, byte[] datagram) throws IOException;

  /// Ends [#serve]. The port is free when this returns.
  @Override
  void close();
}
