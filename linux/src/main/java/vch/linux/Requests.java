package vch.linux;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import vch.engine.machine.Step;
import vch.kernel.libc.Errno;
import vch.kernel.netlink.Ack;
import vch.kernel.netlink.Message;
import vch.kernel.rtnl.Rtnl;

/// Netlink messages collected for one namespace and sent in one call, each on behalf of a step. For
/// one thread.
final class Requests {
  private record Request(
      Step step, Message message, Set<Errno> alreadySo, Optional<String> existing) {}

  private final List<Request> requests = new ArrayList<>();

  /// Adds a message.
  ///
  /// @param alreadySo what the kernel says when the thing is as the step wants it
  void add(Step step, Message message, Errno... alreadySo) {
    requests.add(new Request(step, message, Set.of(alreadySo), Optional.empty()));
  }

  /// As [#add(Step, Message, Errno...)], with the reason to give for EEXIST.
  void add(Step step, Message message, String existing) {
    requests.add(new Request(step, message, Set.of(), Optional.of(existing)));
  }

  void send(Rtnl rtnl, Outcomes outcomes) {
    if (requests.isEmpty()) {
      return;
    }
    var acks = rtnl.batch(requests.stream().map(Request::message).toList());
    for (int i = 0; i < acks.size(); i++) {
      var ack = acks.get(i);
      var request = requests.get(i);
      if (!ack.ok() && request.alreadySo.stream().noneMatch(ack::is)) {
        outcomes.fail(request.step, reason(request, ack));
      }
    }
  }

  private static String reason(Request request, Ack ack) {
    if (ack.is(Errno.EXFULL)) { // BR_MAX_PORTS of net/bridge/br_private.h
      return "a network takes at most 1023 running containers, as a Linux bridge takes 1023 ports";
    }
    return request.existing.filter(_ -> ack.is(Errno.EEXIST)).orElseGet(ack::reason);
  }
}
