package vch.api.docker.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import vch.portlayer.refusal.Refusal;

/// Every refusal of a create request that the personality itself makes: the body, the kind, the
/// text.
class CreateRefusalsTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {"Cmd":3}                                                        | Invalid     | invalid JSON: Config.Cmd must be a list of strings, not a number
          {"HostConfig":{"Memory":"1g"}}                                   | Invalid     | invalid JSON: HostConfig.Memory must be a whole number, not a string
          {"HostConfig":{"Memory":1.5}}                                    | Invalid     | invalid JSON: HostConfig.Memory must be a whole number, not a number with a fraction
          {"HostConfig":[]}                                                | Invalid     | invalid JSON: HostConfig must be an object, not a list
          {"Env":["=x"]}                                                   | Invalid     | invalid environment variable: =x
          {"WorkingDir":"here"}                                            | Invalid     | the working directory 'here' is invalid, it needs to be an absolute path
          {"StopSignal":"NOPE"}                                            | Invalid     | invalid signal: NOPE
          {"Healthcheck":{"Test":["CMD"]}}                                 | Invalid     | invalid Test in Healthcheck: CMD is followed by no command
          {"Healthcheck":{"Test":["CMD","x"],"Interval":999999}}           | Invalid     | Interval in Healthcheck cannot be less than 1ms
          {"Healthcheck":{"Timeout":-1}}                                   | Invalid     | Timeout in Healthcheck cannot be less than 1ms
          {"Healthcheck":{"StartPeriod":1}}                                | Invalid     | StartPeriod in Healthcheck cannot be less than 1ms
          {"Healthcheck":{"StartInterval":1}}                              | Invalid     | StartInterval in Healthcheck cannot be less than 1ms
          {"Healthcheck":{"Retries":-1}}                                   | Invalid     | Retries in Healthcheck cannot be negative
          {"HostConfig":{"Memory":1048576}}                                | Invalid     | Minimum memory limit allowed is 6MB
          {"HostConfig":{"Memory":8000000,"MemorySwap":7000000}}           | Invalid     | Minimum memoryswap limit should be larger than memory limit, see usage
          {"HostConfig":{"MemorySwap":8000000}}                            | Invalid     | You should always set the Memory limit when using Memoryswap limit, see usage
          {"HostConfig":{"Memory":8000000,"MemoryReservation":9000000}}    | Invalid     | Minimum memory limit can not be less than memory reservation limit, see usage
          {"HostConfig":{"NanoCpus":3000000000}}                           | Invalid     | Range of CPUs is from 0.01 to 2.00, as there are only 2 CPUs available
          {"HostConfig":{"NanoCpus":1000000000,"CpuQuota":5000}}           | Invalid     | Conflicting options: Nano CPUs and CPU Quota cannot both be set
          {"HostConfig":{"CpuPeriod":10}}                                  | Invalid     | CPU cfs period can not be less than 1ms (i.e. 1000) or larger than 1s (i.e. 1000000)
          {"HostConfig":{"CpuShares":262145}}                              | Invalid     | invalid CPU shares (262145): allowed is from 2 to 262144
          {"HostConfig":{"CpuQuota":10}}                                   | Invalid     | CPU cfs quota can not be less than 1ms (i.e. 1000)
          {"HostConfig":{"CpusetCpus":"0-7"}}                              | Invalid     | Requested CPUs are not available - requested 0-7, available: 0-1
          {"HostConfig":{"CpusetCpus":"x"}}                                | Invalid     | Invalid value x for cpuset cpus
          {"HostConfig":{"OomScoreAdj":1001}}                              | Invalid     | Invalid value 1001, range for oom score adj is [-1000, 1000]
          {"HostConfig":{"ShmSize":-1}}                                    | Invalid     | SHM size can not be less than 0
          {"HostConfig":{"Ulimits":[{"Name":"files","Soft":1,"Hard":1}]}}  | Invalid     | invalid ulimit type: files
          {"HostConfig":{"Ulimits":[{"Name":"nofile","Soft":2,"Hard":1}]}} | Invalid     | ulimit soft limit must be less than or equal to hard limit: 2 > 1
          {"HostConfig":{"Devices":[{"PathOnHost":"/dev/x","CgroupPermissions":"rx"}]}} | Invalid | invalid device mode: rx
          {"HostConfig":{"CapAdd":["FLY"]}}                                | Invalid     | invalid CapAdd: unknown capability: "CAP_FLY"
          {"HostConfig":{"SecurityOpt":["seccomp={"]}}                     | Invalid     | decoding seccomp profile failed
          {"HostConfig":{"SecurityOpt":["apparmor=mine"]}}                 | Unsupported | not confined by AppArmor
          {"HostConfig":{"SecurityOpt":["label=type:x"]}}                  | Unsupported | not confined by SELinux
          {"HostConfig":{"SecurityOpt":["magic=1"]}}                       | Invalid     | invalid --security-opt 2: "magic=1"
          {"HostConfig":{"Sysctls":{"vm.swappiness":"1"}}}                 | Invalid     | sysctl 'vm.swappiness' is not allowed
          {"HostConfig":{"Sysctls":{"net.ipv4.conf.eth0.mtu":"1"}}}        | Failed      | interface specific sysctl setting "net.ipv4.conf.eth0.mtu" must be supplied
          {"HostConfig":{"Sysctls":{"net.core.somaxconn":"1"},"NetworkMode":"container:web1"}} | Invalid | the container joins the network namespace of another one
          {"HostConfig":{"IpcMode":"mine"}}                                | Invalid     | invalid IPC mode: mine
          {"HostConfig":{"PidMode":"private"}}                             | Invalid     | invalid PID mode: private
          {"HostConfig":{"UTSMode":"x"}}                                   | Invalid     | invalid UTS mode: x
          {"Hostname":"h","HostConfig":{"UTSMode":"host"}}                 | Invalid     | conflicting options: hostname and the UTS mode
          {"HostConfig":{"UsernsMode":"x"}}                                | Invalid     | invalid USER mode: x
          {"HostConfig":{"RestartPolicy":{"Name":"often"}}}                | Invalid     | invalid restart policy: unknown policy 'often'; use one of 'no', 'always', 'on-failure', or 'unless-stopped'
          {"HostConfig":{"RestartPolicy":{"Name":"always","MaximumRetryCount":2}}} | Invalid | invalid restart policy: maximum retry count can only be used with 'on-failure'
          {"HostConfig":{"RestartPolicy":{"Name":"on-failure","MaximumRetryCount":-2}}} | Invalid | invalid restart policy: maximum retry count cannot be negative
          {"HostConfig":{"LogConfig":{"Type":"syslog"}}}                   | Invalid     | error looking up logging plugin syslog: plugin "syslog" not found
          {"HostConfig":{"LogConfig":{"Type":"none","Config":{"tag":"x"}}}} | Invalid    | unknown log opt 'tag' for none log driver
          {"HostConfig":{"LogConfig":{"Type":"local","Config":{"tag":"x"}}}} | Invalid   | unknown log opt 'tag' for log driver local
          {"HostConfig":{"LogConfig":{"Type":"local","Config":{"max-size":"abc"}}}} | Invalid | failed to initialize logging driver: invalid value for max-size: abc: invalid size: 'abc'
          {"HostConfig":{"LogConfig":{"Config":{"max-size":"-1"}}}}        | Invalid     | failed to initialize logging driver: invalid size: '-1'
          {"HostConfig":{"LogConfig":{"Config":{"max-size":"0"}}}}         | Invalid     | failed to initialize logging driver: max-size must be a positive number
          {"HostConfig":{"LogConfig":{"Config":{"max-file":"0"}}}}         | Invalid     | failed to initialize logging driver: max-file cannot be less than 1
          {"HostConfig":{"LogConfig":{"Config":{"max-file":"x"}}}}         | Invalid     | failed to initialize logging driver: strconv.Atoi: parsing "x": invalid syntax
          {"HostConfig":{"LogConfig":{"Config":{"compress":"true"}}}}      | Invalid     | failed to initialize logging driver: compress cannot be true when max-file is less than 2 or max-size is not set
          {"HostConfig":{"LogConfig":{"Config":{"compress":"xyz"}}}}       | Invalid     | failed to initialize logging driver: strconv.ParseBool: parsing "xyz": invalid syntax
          {"HostConfig":{"LogConfig":{"Type":"local","Config":{"compress":"xyz"}}}} | Invalid | failed to initialize logging driver: error reading compress log option: strconv.ParseBool: parsing "xyz": invalid syntax
          {"HostConfig":{"LogConfig":{"Type":"local","Config":{"max-file":"1"}}}} | Invalid | failed to initialize logging driver: compression cannot be enabled when max file count is 1
          {"HostConfig":{"LogConfig":{"Config":{"tag":"{{.Bad"}}}}         | Invalid     | template: log-tag:1: unclosed action
          {"HostConfig":{"LogConfig":{"Config":{"tag":"{{.Nope}}"}}}}      | Unsupported | {{.Nope}} is not offered
          {"HostConfig":{"LogConfig":{"Config":{"labels-regex":"("}}}}     | Invalid     | failed to initialize logging driver: error parsing regexp:
          {"HostConfig":{"LogConfig":{"Config":{"mode":"xx"}}}}            | Invalid     | logger: logging mode not supported: xx
          {"HostConfig":{"LogConfig":{"Config":{"max-buffer-size":"1m"}}}} | Invalid     | logger: max-buffer-size option is only supported with 'mode=non-blocking'
          {"HostConfig":{"LogConfig":{"Config":{"mode":"non-blocking","max-buffer-size":"x"}}}} | Invalid | error parsing option max-buffer-size: invalid size: 'x'
          {"HostConfig":{"LogConfig":{"Type":"json-file","Config":{"max-sise":"1m"}}}} | Invalid | unknown log opt 'max-sise' for json-file log driver
          {"HostConfig":{"LogConfig":{"Type":"json-file","Config":{"max-size":"much"}}}} | Invalid | failed to initialize logging driver: invalid size: 'much'
          {"HostConfig":{"Runtime":"kata"}}                                | Invalid     | unknown or invalid runtime name: kata
          {"HostConfig":{"Isolation":"hyperv"}}                            | Invalid     | invalid isolation "hyperv" on linux
          {"HostConfig":{"BlkioWeight":5}}                                 | Invalid     | range of blkio weight is from 10 to 1000
          {"HostConfig":{"BlkioDeviceReadBps":[{"Path":"/gone","Rate":1}]}} | Invalid    | stat /gone: no such file or directory
          {"HostConfig":{"BlkioDeviceWriteIOps":[{"Path":"/there","Rate":-1}]}} | Invalid | the rate -1 must not be negative
          {"HostConfig":{"CgroupParent":"pods.slice"}}                     | Invalid     | invalid cgroup parent "pods.slice"
          {"HostConfig":{"MemorySwappiness":101}}                          | Invalid     | Invalid value: 101, valid memory swappiness range is 0-100
          {"HostConfig":{"CpuRealtimeRuntime":2,"CpuRealtimePeriod":1}}    | Invalid     | cpu real-time runtime cannot be higher than cpu real-time period
          {"HostConfig":{"DeviceCgroupRules":["c 1:3 x"]}}                 | Invalid     | invalid device cgroup rule format: 'c 1:3 x'
          {"HostConfig":{"CpusetMems":"1"}}                                | Invalid     | Requested memory nodes are not available - requested 1, available: 0
          {"HostConfig":{"Annotations":{"":"x"}}}                          | Invalid     | the empty string is not permitted as an annotation key
          {"HostConfig":{"CpuCount":2}}                                    | Unsupported | HostConfig.CpuCount is an option of Windows containers
          {"HostConfig":{"PidMode":"host"}}                                | Unsupported | pid mode host (--pid=host) is not supported
          {"HostConfig":{"IpcMode":"container:nope"}}                      | Invalid     | No such container: nope
          {"HostConfig":{"DeviceRequests":[{"Count":-1,"Capabilities":[["gpu"]]}]}} | Unsupported | could not select device driver "" with capabilities: [[gpu]]
          {"HostConfig":{"StorageOpt":{"size":"1g"}}}                      | Unsupported | --storage-opt
          {"HostConfig":{"PortBindings":{"0/tcp":[{}]}}}                   | Invalid     | invalid port specification: "0"
          {"HostConfig":{"PortBindings":{"80/tcp":[{"HostPort":"70000"}]}}} | Invalid    | invalid port specification: "70000"
          {"HostConfig":{"PortBindings":{"80/icmp":[{}]}}}                 | Invalid     | invalid proto: icmp
          {"HostConfig":{"PortBindings":{"80/tcp":[{"HostIp":"here"}]}}}   | Invalid     | invalid host IP address "here" for port 80/tcp
          {"HostConfig":{"Dns":["name"]}}                                  | Invalid     | invalid DNS server "name"
          {"HostConfig":{"DnsSearch":["a b"]}}                             | Invalid     | invalid search domain "a b"
          {"HostConfig":{"ExtraHosts":["db"]}}                             | Invalid     | bad format for add-host: "db"
          {"HostConfig":{"ExtraHosts":["db:x"]}}                           | Invalid     | invalid IP address in add-host: "x"
          {"HostConfig":{"Links":["a:b:c"]}}                               | Invalid     | invalid format for links: a:b:c
          {"HostConfig":{"Links":["nope:x"]}}                              | Invalid     | could not get container for nope: No such container: nope
          {"ExposedPorts":{"1/tcp":{}},"HostConfig":{"NetworkMode":"container:web1"}} | Invalid | conflicting options: port exposing and the container type network mode
          {"MacAddress":"02:00:00:00:00:01","HostConfig":{"NetworkMode":"none"}} | Invalid | conflicting options: mac-address and the network mode
          {"NetworkingConfig":{"EndpointsConfig":{"net2":null}}}           | Invalid     | invalid config for network net2: EndpointsConfig is nil
          {"NetworkingConfig":{"EndpointsConfig":{"net2":{"DriverOpts":{"x":"y"}}}}} | Unsupported | driver option x for network net2
          {"NetworkingConfig":{"EndpointsConfig":{"net2":{"IPAMConfig":{"IPv6Address":"10.0.0.1"}}}}} | Invalid | invalid config for network net2: invalid endpoint settings:
          {"MacAddress":"02:00:00:00:00:01","NetworkingConfig":{"EndpointsConfig":{"net2":{}}}} | Invalid | unable to migrate container-wide MAC address to a specific network
          {"MacAddress":"02:00:00:00:00:01","NetworkingConfig":{"EndpointsConfig":{"bridge":{"MacAddress":"02:00:00:00:00:02"}}}} | Invalid | the container-wide MAC address must match the endpoint-specific MAC address for the main network, or be left empty
          {"HostConfig":{"Binds":["a:b:c:d"]}}                             | Invalid     | invalid volume specification: 'a:b:c:d'
          {"HostConfig":{"Binds":["/a:/b:rr"]}}                            | Invalid     | invalid mode: rr
          {"HostConfig":{"Binds":["/a:/b:ro,rw"]}}                         | Invalid     | invalid mode: ro,rw
          {"HostConfig":{"Binds":["/a:b"]}}                                | Invalid     | invalid volume specification: '/a:b': invalid mount config for type "bind": invalid mount path: 'b' mount path must be absolute
          {"HostConfig":{"Binds":["/a:/"]}}                                | Invalid     | destination can't be '/'
          {"HostConfig":{"Binds":["/a:/b","/c:/b/"]}}                      | Invalid     | Duplicate mount point: /b
          {"HostConfig":{"Binds":["/a:ro"]}}                               | Invalid     | invalid volume specification: '/a:ro'
          {"HostConfig":{"Mounts":[{"Type":"bind","Source":"/gone","Target":"/b"}]}} | Invalid | invalid mount config for type "bind": bind source path does not exist: /gone
          {"HostConfig":{"Mounts":[{"Type":"bind","Target":"/b"}]}}        | Invalid     | invalid mount config for type "bind": field Source must not be empty
          {"HostConfig":{"Mounts":[{"Type":"volume","Source":"x"}]}}       | Invalid     | invalid mount config for type "volume": field Target must not be empty
          {"HostConfig":{"Mounts":[{"Type":"tmpfs","Source":"x","Target":"/b"}]}} | Invalid | invalid mount config for type "tmpfs": field Source must not be specified
          {"HostConfig":{"Mounts":[{"Type":"tmpfs","Target":"/b","TmpfsOptions":{"Options":[["a","b","c"]]}}]}} | Invalid | invalid mount config for type "tmpfs": an element of Options must be a list of one or two texts
          {"HostConfig":{"Mounts":[{"Type":"tmpfs","Target":"/b","TmpfsOptions":{"Options":[["bogus"]]}}]}} | Invalid | invalid tmpfs option "bogus" for /b
          {"HostConfig":{"Mounts":[{"Type":"bind","Source":"/there","Target":"/b","BindOptions":{"ReadOnlyForceRecursive":true}}]}} | Invalid | invalid mount config for type "bind": field ReadOnlyForceRecursive needs ReadOnly
          {"HostConfig":{"Mounts":[{"Type":"bind","Source":"/there","Target":"/b","ReadOnly":true,"BindOptions":{"NonRecursive":true,"ReadOnlyForceRecursive":true}}]}} | Invalid | invalid mount config for type "bind": field ReadOnlyForceRecursive excludes
          {"HostConfig":{"Mounts":[{"Type":"nfs","Target":"/b"}]}}         | Invalid     | invalid mount config for type "nfs": mount type unknown
          {"HostConfig":{"Mounts":[{"Type":"npipe","Target":"/b"}]}}       | Unsupported | mounts of type "npipe" are not offered
          {"HostConfig":{"Mounts":[{"Type":"image","Target":"/b"}]}}       | Invalid     | invalid mount config for type "image": field Source must not be empty
          {"HostConfig":{"Mounts":[{"Type":"image","Source":"tools"}]}}    | Invalid     | invalid mount config for type "image": field Target must not be empty
          {"HostConfig":{"Mounts":[{"Type":"image","Source":"tools","Target":"/b","BindOptions":{}}]}} | Invalid | invalid mount config for type "image": field BindOptions must not be specified
          {"HostConfig":{"Mounts":[{"Type":"image","Source":"tools","Target":"/b","ImageOptions":{"Subpath":"a/../../b"}}]}} | Invalid | invalid mount config for type "image": subpath must be a relative path within the volume
          {"HostConfig":{"Mounts":[{"Type":"image","Source":"tools","Target":"/b","ImageOptions":{"Subpath":"/b"}}]}} | Invalid | invalid mount config for type "image": subpath must be a relative path within the volume
          {"HostConfig":{"Mounts":[{"Type":"image","Source":"none","Target":"/b"}]}} | NotFound | No such image: none:latest
          {"HostConfig":{"Mounts":[{"Type":"image","Source":"tools","Target":"/b"},{"Type":"tmpfs","Target":"/b"}]}} | Invalid | Duplicate mount point: /b
          {"HostConfig":{"Mounts":[{"Type":"volume","Source":"v","Target":"/b","ImageOptions":{"Subpath":"b"}}]}} | Invalid | invalid mount config for type "volume": field ImageOptions must not be specified
          {"HostConfig":{"Mounts":[{"Type":"volume","Target":"/b","VolumeOptions":{"DriverConfig":{"Name":"nfs"}}}]}} | Unsupported | volume driver "nfs" is not offered
          {"HostConfig":{"Tmpfs":{"/t":"sise=1"}}}                         | Invalid     | invalid tmpfs option "sise=1"
          {"HostConfig":{"VolumesFrom":["nope"]}}                          | Invalid     | No such container: nope
          {"HostConfig":{"VolumeDriver":"nfs"}}                            | Unsupported | volume driver "nfs" is not offered
          """)
  void is_refused(String body, String kind, String text) {
    var refusal = catchThrowableOfType(Refusal.class, () -> Requests.translate(body, "1.50"));
    assertThat(refusal).isNotNull();
    assertThat(refusal.getClass().getSimpleName()).isEqualTo(kind);
    assertThat(refusal).hasMessageContaining(text);
  }

  @org.junit.jupiter.api.Test
  void several_networks_need_api_1_44() {
    var body = "{\"NetworkingConfig\":{\"EndpointsConfig\":{\"net2\":{},\"bridge\":{}}}}";
    var refusal = catchThrowableOfType(Refusal.class, () -> Requests.translate(body, "1.43"));
    assertThat(refusal)
        .hasMessage("Container cannot be created with multiple network endpoints: bridge, net2");
    assertThat(Requests.translate(body, "1.44").command().networks()).hasSize(2);
  }
}
