package vch.linux;

import java.io.IOException;
import vch.engine.machine.Datagrams;
import vch.kernel.libc.KernelException;
import vch.kernel.udp.UdpBatch;
import vch.kernel.udp.UdpPeer;
import vch.kernel.udp.UdpSocket;
import vch.portlayer.address.Family;
import vch.portlayer.address.Ip;

/// A UDP socket whose datagrams are received and answered by two system calls for as many as have
/// come, up to 16.
public final class LinuxDatagrams implements Datagrams {
  /// More bring nothing: with 8 the calls are a tenth of what they carry.
  private static final int BATCH = 16;

  private final UdpSocket socket;
  private final int bytesMax;

  private LinuxDatagrams(UdpSocket socket, int bytesMax) {
    this.socket = socket;
    this.bytesMax = bytesMax;
  }

  /// As [Datagrams.Opening].
  public static Datagrams open(int port, int receiveBytes, int bytesMax) throws IOException {
    try {
      return new LinuxDatagrams(UdpSocket.bind(port, receiveBytes), bytesMax);
    } catch (KernelException e) {
      throw new IOException(e.errno().text(), e);
    }
  }

  @Override
  public int port() {
    return socket.port();
  }

  @Override
  public void serve(Answering answering) throws IOException {
    var bytes = new byte[bytesMax];
    try (var batch = new UdpBatch(socket, BATCH, bytesMax)) {
      for (int count = batch.receive(); count > 0; count = batch.receive()) {
        for (int i = 0; i < count; i++) {
          batch.copy(i, bytes);
          var answer = answering.answer(bytes, batch.length(i), sender(batch.sender(i)));
          if (answer.length > 0) {
            batch.answer(i, answer);
          }
        }
        batch.send();
      }
    } catch (KernelException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  private static Sender sender(UdpPeer peer) {
    var address =
        peer.isIpv4()
            ? new Ip(Family.IPV4, 0, peer.low() & 0xffff_ffffL)
            : new Ip(Family.IPV6, peer.high(), peer.low());
    return new Sender(address, peer.port(), peer.scope());
  }

  @Override
  public void send(Sender to, byte[] datagram) throws IOException {
    var address = to.address();
    long low = address.isIpv4() ? UdpPeer.MAPPED | address.low() : address.low();
    try {
      socket.send(new UdpPeer(address.high(), low, to.port(), to.scope()), datagram);
    } catch (KernelException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  @Override
  public void close() {
    socket.close();
  }
}
