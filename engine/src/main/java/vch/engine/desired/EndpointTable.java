package vch.engine.desired;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import vch.portlayer.address.Family;
import vch.portlayer.address.Ip;
import vch.portlayer.vch.Role;
import vch.portlayer.vch.Vch;

/// Rules of the endpoint namespace: what comes in, what passes, what is translated. Scopes,
/// containers and publications are elements of its sets and maps, so the chains never change while
/// they come and go.
public final class EndpointTable {
  /// Name of our tables inside an endpoint namespace, families `inet` and `bridge`.
  public static final String NAME = "portlayer";

  private EndpointTable() {}

  /// Each set that holds addresses is there for both families.
  static String set(String name, Family family) {
    return switch (family) {
      case IPV4 -> name;
      case IPV6 -> name + "6";
    };
  }

  /// @param machine the addresses by which the machine asks the public role, where they are known
  static String text(Vch vch, List<Ip> machine) {
    var scopes = vch.bridge().shared() ? ScopeWords.BY_ADDRESS : ScopeWords.BY_LINK;
    return SETS + scopes.sets + SETS_AWAY + translation(vch, machine, scopes) + filter(vch, scopes);
  }

  private static final String SETS =
      """
      # Publications: what arrives at the public role -> container. Looked up by key, so 1 and 65,000 cost the same.
      # On any address of the public role:
      map pub_any {
        type inet_proto . inet_service : ipv4_addr . inet_service
      }
      # On one host address:
      map pub_ip {
        type ipv4_addr . inet_proto . inet_service : ipv4_addr . inet_service
      }
      # Ranges whose port numbers stay as they are, one interval each:
      map pub_any_range {
        type inet_proto . inet_service : ipv4_addr
        flags interval
      }
      map pub_ip_range {
        type ipv4_addr . inet_proto . inet_service : ipv4_addr
        flags interval
      }
      # The same for IPv6.
      map pub_any6 {
        type inet_proto . inet_service : ipv6_addr . inet_service
      }
      map pub_ip6 {
        type ipv6_addr . inet_proto . inet_service : ipv6_addr . inet_service
      }
      map pub_any6_range {
        type inet_proto . inet_service : ipv6_addr
        flags interval
      }
      map pub_ip6_range {
        type ipv6_addr . inet_proto . inet_service : ipv6_addr
        flags interval
      }

      # Addresses of the public role.
      set public {
        type ipv4_addr
      }
      set public6 {
        type ipv6_addr
      }

      """;

  private static final String SETS_AWAY =
      """
      # Subnets of scopes whose members are reached at their own addresses by who routes to them: pinged, and asked at
      # the ports that they publish.
      set entered {
        type ipv4_addr
        flags interval
      }
      set entered6 {
        type ipv6_addr
        flags interval
      }
      # Members, and ports of theirs, that are asked so.
      set direct {
        type ipv4_addr . inet_proto . inet_service
        flags interval
      }
      set direct6 {
        type ipv6_addr . inet_proto . inet_service
        flags interval
      }
      # Subnets of scopes whose members are reached so at all of their ports.
      set unprotected {
        type ipv4_addr
        flags interval
      }
      set unprotected6 {
        type ipv6_addr
        flags interval
      }
      # Subnets of scopes without a gateway. No route leads there, so that nothing must leave by the default route.
      set isolated {
        type ipv4_addr
        flags interval
      }
      set isolated6 {
        type ipv6_addr
        flags interval
      }

      # Addresses by which containers are published that are on container networks too. What is sent from these addresses
      # leaves by their own gateways. But a program may answer a datagram from another address, by a container network and
      # past the translation; so requests from anywhere are masqueraded, but for TCP, whose replies have their address.
      set away {
        type ipv4_addr
      }
      set away6 {
        type ipv6_addr
      }
      # Addresses of containers on container networks, each with the address by which the container is published. A kernel
      # drops what comes in from an address of its own, so a container that asks itself by the public role is masqueraded.
      set own {
        type ipv4_addr . ipv4_addr
      }
      set own6 {
        type ipv6_addr . ipv6_addr
      }

      """;

  private static String translation(Vch vch, List<Ip> machine, ScopeWords scopes) {
    var out = new StringBuilder();
    out.append(
        """
        # A packet that comes by a NIC from an address that is routed by another link is forged (RFC 3704, strict). On
        # segments the bridge table has seen to that. A neighbour that is about to take an IPv6 address asks without one.
        chain forged {
          type filter hook prerouting priority raw; policy accept;
          iifname @bridges goto segment
          iifname "lo" accept
          ip6 saddr :: icmpv6 type nd-neighbor-solicit accept
          fib saddr . iif oif missing drop
          ip saddr @isolated drop
          ip6 saddr @isolated6 drop
        }

        # Questions to the name service, at the address of their own link, and its answers are not tracked. Each question
        # comes from another port: ten busy containers would fill the table of connections, and then nobody gets a new one.
        chain segment {
          ip saddr @isolated drop
          ip6 saddr @isolated6 drop
          udp dport 53 fib daddr . iif type local notrack
        }

        chain answers {
          type filter hook output priority raw; policy accept;
          udp sport 53 oifname @bridges notrack
        }

        # Where the public role has no IPv6 there is no route out. The kernel's own word for that comes while a connecting
        # program still holds its socket, and is not heard: a reset is.
        chain unroutable {
          type filter hook prerouting priority mangle; policy accept;
          meta nfproto ipv6 iifname @bridges ct state new fib daddr type unreachable goto refuse
        }

        # Publications are reached at the addresses of the public role: from its network, and from segments that may go
        # out (hairpin), which may also ask their gateway. There the name service is never published over.
        chain prerouting {
          type nat hook prerouting priority dstnat; policy accept;
        """);
    vch.nic(Role.PUBLIC)
        .ifPresent(
            nic -> {
              for (var address : machine) {
                out.append(
                    address.isIpv4()
                        ? "  iifname \"%s\" ip saddr %s ip daddr @public jump machine\n"
                            .formatted(nic.name(), address)
                        : "  iifname \"%s\" ip6 saddr %s ip6 daddr @public6 jump machine6\n"
                            .formatted(nic.name(), address));
              }
              out.append(
                  """
                    iifname "%1$s" ip daddr @public jump publications
                    iifname "%1$s" ip6 daddr @public6 jump publications6
                  """
                      .formatted(nic.name()));
            });
    out.append(
        """
        %s}

        # What is published on a loopback address is for the machine alone. A lookup needs a key that is taken from
        # the packet, so a constant is made of one.
        chain machine {
          dnat ip to ip daddr & 127.0.0.1 | 127.0.0.1 . meta l4proto . th dport map @pub_ip
          dnat ip to ip daddr & 127.0.0.1 | 127.0.0.1 . meta l4proto . th dport map @pub_ip_range
        }

        chain machine6 {
          dnat ip6 to ip6 daddr & ::1 | ::1 . meta l4proto . th dport map @pub_ip6
          dnat ip6 to ip6 daddr & ::1 | ::1 . meta l4proto . th dport map @pub_ip6_range
        }

        chain hairpins {
          ip daddr @public jump publications
          ip6 daddr @public6 jump publications6
          fib daddr . iif type != local return
        %s  meta l4proto { tcp, udp } th dport 53 return
          meta nfproto ipv4 jump publications
          meta nfproto ipv6 jump publications6
        }

        # The address asked for comes before any address.
        chain publications {
          dnat ip to ip daddr . meta l4proto . th dport map @pub_ip
          dnat ip to ip daddr . meta l4proto . th dport map @pub_ip_range
          dnat ip to meta l4proto . th dport map @pub_any
          dnat ip to meta l4proto . th dport map @pub_any_range
        }

        chain publications6 {
          dnat ip6 to ip6 daddr . meta l4proto . th dport map @pub_ip6
          dnat ip6 to ip6 daddr . meta l4proto . th dport map @pub_ip6_range
          dnat ip6 to meta l4proto . th dport map @pub_any6
          dnat ip6 to meta l4proto . th dport map @pub_any6_range
        }

        # The forward chain has marked what is to take the address of the link it leaves by.
        chain postrouting {
          type nat hook postrouting priority srcnat; policy accept;
          meta mark 1 masquerade
        }

        """
            .formatted(lines("  %s jump hairpins\n", scopes.leaving()), scopes.hairpinGateways));
    return out.toString();
  }

  private static String filter(Vch vch, ScopeWords scopes) {
    var out = new StringBuilder();
    out.append(
        """
        # To the endpoint namespace itself: its services, each on its own NIC only.
        chain input {
          type filter hook input priority filter; policy drop;
          # Most of it: questions to the name service, which alone are not tracked.
        %s  iifname "lo" accept
          ct state established,related accept
          ct state invalid drop
          # Who has which IPv6 address; most of it goes to many.
          icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert, mld-listener-query } accept
          meta pkttype != host drop
          # An address is served only on the link that has it: a container does not reach the address of a role or of
          # another scope's gateway, one role's network not the address of another role.
          fib daddr . iif type != local goto refuse
        %s  icmp type echo-request accept
          icmpv6 type echo-request accept
          iifname @bridges meta l4proto { tcp, udp } th dport 53 accept
        """
            .formatted(lines("  %s accept\n", scopes.asked()), scopes.gateways));
    vch.nic(Role.CLIENT)
        .ifPresent(
            nic ->
                out.append("  # Docker API\n")
                    .append(
                        "  iifname \"%s\" tcp dport %d accept\n"
                            .formatted(nic.name(), vch.tls().port())));
    out.append(
        """
          goto refuse
        }

        # Between links. What comes by a NIC and is no reply and no publication is dropped: a neighbour that routes to a
        # container's address gets no answer. Containers are told at once.
        chain forward {
          type filter hook forward priority filter; policy drop;
          ct state established,related accept
          ct state invalid drop
          iifname @bridges ip daddr @isolated goto refuse
          iifname @bridges ip6 daddr @isolated6 goto refuse
        """);
    var names = new ArrayList<String>();
    vch.nic(Role.PUBLIC).ifPresent(nic -> names.add(nic.name()));
    for (var name : names) {
      out.append(
          """
            # Publications.
            meta l4proto != tcp ip daddr @away oifname @bridges ct status dnat meta mark set 1 accept
            meta l4proto != tcp ip6 daddr @away6 oifname @bridges ct status dnat meta mark set 1 accept
            ip saddr . ip daddr @own oifname @bridges ct status dnat meta mark set 1 accept
            ip6 saddr . ip6 daddr @own6 oifname @bridges ct status dnat meta mark set 1 accept
            iifname "%1$s" oifname @bridges ct status dnat accept
          %2$s  iifname @bridges oifname @bridges ct status dnat accept
            # Members at their own addresses, from outside and from other scopes that have a way out.
            iifname "%1$s" oifname @bridges jump members
            iifname "%1$s" oifname @bridges ip daddr @unprotected accept
            iifname "%1$s" oifname @bridges ip6 daddr @unprotected6 accept
          %3$s  # The way out.
          %4$s%5$s"""
              .formatted(
                  name,
                  scopes.pastGateway,
                  lines("  %s jump by_scope\n", scopes.elsewhere()),
                  lines("  %s oifname \"" + name + "\" meta mark set 1 accept\n", scopes.out()),
                  lines("  %s oifname \"" + name + "\" accept\n", scopes.routed())));
    }
    out.append(
        """
          # Between scopes, out of internal scopes, to other roles' networks: refused.
          iifname @bridges goto refuse
        }

        # From one scope to members of another, which is reached from outside as well.
        chain by_scope {
          ip daddr @entered jump members
          ip6 daddr @entered6 jump members
        }

        chain members {
          ip daddr @entered meta l4proto icmp accept
          ip6 daddr @entered6 meta l4proto icmpv6 accept
          ip daddr . meta l4proto . th dport @direct accept
          ip6 daddr . meta l4proto . th dport @direct6 accept
        }

        chain refuse {
          meta l4proto tcp reject with tcp reset
          reject with icmpx admin-prohibited
        }
        """);
    return out.toString();
  }

  private static String lines(String form, List<String> each) {
    return each.stream().map(form::formatted).collect(Collectors.joining());
  }
}
