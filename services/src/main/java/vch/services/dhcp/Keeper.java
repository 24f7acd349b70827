package vch.services.dhcp;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import vch.engine.lease.DhcpClients.Bound;
import vch.engine.lease.DhcpClients.Changed;
import vch.engine.lease.DhcpClients.Client;
import vch.engine.lease.DhcpClients.Lost;
import vch.engine.lease.DhcpFailed;
import vch.portlayer.address.Cidr;
import vch.portlayer.address.Ip;
import vch.portlayer.container.Lease;

/// Looks after the client of one endpoint: starts it, or takes over the one that runs, starts it
/// again when it ends, reads what it writes. `this` guards all that changes.
final class Keeper {
  private static final System.Logger LOG = System.getLogger(Keeper.class.getName());

  /// Between starts of a client that ends again and again: at first, and at most.
  static final Duration PAUSE = Duration.ofSeconds(1);

  static final Duration PAUSE_MAX = Duration.ofMinutes(1);

  /// The file is read at least so often while somebody waits for it.
  private static final long LOOK_MILLISECONDS = 100;

  private final ClientFiles files;
  private final Path namespace;
  private final Programs programs;
  private final InstantSource clock;
  private Client client;
  private Optional<ClientProcess> process = Optional.empty();
  private Optional<Lease> lease = Optional.empty();
  private Optional<String> failure = Optional.empty();
  private Instant next = Instant.MIN;
  private Duration pause = PAUSE;
  private boolean stopped;

  /// The last check found no address where the lease's should be.
  private boolean misses;

  /// @param namespace where it can be joined
  Keeper(Client client, ClientFiles files, Path namespace, Programs programs, InstantSource clock) {
    this.client = client;
    this.files = files;
    this.namespace = namespace;
    this.programs = programs;
    this.clock = clock;
  }

  /// True when this client does what `other` wants, but for the metric.
  synchronized boolean serves(Client other) {
    return !stopped && ClientCommand.isSame(other, ClientCommand.text(client)) && runs();
  }

  private boolean runs() {
    return process.filter(ClientProcess::live).isPresent();
  }

  /// Takes over what runs, or starts.
  synchronized void begin() {
    var complaint = programs.complaint(client.networkName());
    if (complaint.isPresent()) {
      failure = complaint;
      return;
    }
    var text = files.client().orElse("");
    boolean same = ClientCommand.isSame(client, text);
    var found = ClientProcess.find(files);
    if (found.filter(p -> same && p.in(namespace)).isPresent()) {
      process = found;
      rank(client);
      return;
    }
    found.ifPresent(p -> p.kill(programs));
    if (same) {
      files.forgetLease();
    } else {
      files.remove();
    }
    spawn();
  }

  /// Takes over the rank of `wanted` for the routes.
  synchronized void rank(Client wanted) {
    client = wanted;
    var text = ClientCommand.text(wanted);
    if (!files.client().equals(Optional.of(text))) {
      files.writeClient(text);
      process.ifPresent(p -> p.renew(programs));
    }
  }

  private void spawn() {
    next = clock.instant().plus(pause);
    pause = pause.multipliedBy(2).compareTo(PAUSE_MAX) < 0 ? pause.multipliedBy(2) : PAUSE_MAX;
    try {
      files.prepareNext();
      files.writeClient(ClientCommand.text(client));
      var wanted = lease.map(Lease::address).map(Cidr::address).or(client::wanted);
      var started = ClientCommand.of(programs, client, files, namespace, wanted).start();
      process = Optional.of(new ClientProcess(files, started.toHandle()));
      failure = Optional.empty();
    } catch (IOException e) {
      failure =
          Optional.of(
              "the DHCP client of network "
                  + client.networkName()
                  + " cannot be started: "
                  + e.getMessage());
    }
  }

  /// Reads what the client wrote.
  synchronized Optional<Changed> look() {
    notifyAll();
    if (stopped) {
      return Optional.empty();
    }
    var note = note();
    var now = note.flatMap(this::valid);
    if (now.equals(lease)) {
      return Optional.empty();
    }
    lease = now;
    if (now.isPresent()) {
      pause = PAUSE;
      return Optional.of(new Bound(client.id(), now.get()));
    }
    return Optional.of(
        new Lost(client.id(), note.map(LeaseNote::loss).orElse("its file was removed")));
  }

  /// As [#look], and starts a client again that has ended, or whose address was taken away.
  synchronized Optional<Changed> check() {
    boolean before = misses;
    misses = !stopped && runs() && lease.filter(this::misses).isPresent();
    if (misses && before) { // or its script may be at work
      LOG.log(
          Level.INFO,
          "dhcp-address-gone network={0} endpoint={1}",
          client.networkName(),
          client.id().brief());
      misses = false;
      process.ifPresent(p -> p.kill(programs));
    }
    if (!stopped && process.isPresent() && !runs() && !clock.instant().isBefore(next)) {
      LOG.log(
          Level.WARNING,
          "dhcp-client-ended network={0} endpoint={1} last={2}",
          client.networkName(),
          client.id().brief(),
          ClientLog.last(log()));
      spawn();
    }
    return look();
  }

  private boolean misses(Lease held) {
    return process.filter(p -> p.misses(held.address().address(), client.link())).isPresent();
  }

  private Optional<LeaseNote> note() {
    return files.lease().map(LeaseNote::parse);
  }

  private Optional<Lease> valid(LeaseNote note) {
    return note.lease(clock.instant());
  }

  private String log() {
    return ClientFiles.text(files.log()).orElse("");
  }

  /// The offered address that another host uses, where that is why there is no lease.
  Optional<Ip> contested() {
    return ClientLog.contested(log());
  }

  synchronized Client client() {
    return client;
  }

  synchronized Lease await(Duration atMost) throws DhcpFailed {
    long deadline = System.nanoTime() + atMost.toNanos();
    while (true) {
      var note = note();
      var given = note.flatMap(this::valid);
      if (given.isPresent()) {
        return given.get();
      }
      failNow(note);
      if (System.nanoTime() - deadline >= 0) {
        throw new DhcpFailed(ClientLog.failure(log(), client.networkName(), atMost));
      }
      try {
        TimeUnit.MILLISECONDS.timedWait(this, LOOK_MILLISECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new DhcpFailed(
            "waiting for a DHCP lease on network " + client.networkName() + " was interrupted");
      }
    }
  }

  /// What waiting does not heal.
  private void failNow(Optional<LeaseNote> note) throws DhcpFailed {
    if (stopped) {
      throw new DhcpFailed("the DHCP client of network " + client.networkName() + " was stopped");
    }
    if (failure.isPresent()) {
      throw new DhcpFailed(failure.get());
    }
    if (note.isPresent()
        && note.get() instanceof LeaseNote.None(var why, var detail)
        && why.equals("unusable")) {
      throw new DhcpFailed(ClientLog.answer(log(), client.networkName()) + " " + detail);
    }
    if (!runs()) {
      throw new DhcpFailed(
          "the DHCP client of network "
              + client.networkName()
              + " ended: "
              + ClientLog.last(log()));
    }
  }

  synchronized void stop() {
    stopped = true;
    process.ifPresent(p -> p.kill(programs));
    files.remove();
    notifyAll();
  }
}
