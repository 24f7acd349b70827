package vch.bench.row;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/// All rows in the order in which they are measured.
public final class Rows {
  public static final Map<String, Row> ALL = all();

  private Rows() {}

  private static Map<String, Row> all() {
    var rows = new LinkedHashMap<String, Row>();
    rows.put("memory", new Memory());
    rows.put("run", new Run());
    rows.put("parallel", new ParallelStarts());
    rows.put("network", new Networks());
    rows.put("ports", new Ports());
    rows.put("netpart", new NetworkPart());
    rows.put("connections", new NewConnections());
    rows.put("throughput", new Throughput());
    rows.put("container-network", new ContainerNetwork());
    rows.put("container-network-start", new ContainerNetworkStart());
    rows.put("dns", new Dns());
    rows.put("hosts", new Hosts());
    rows.put("compose", new Compose());
    rows.put("restart", new Restart());
    return Collections.unmodifiableMap(rows);
  }
}
