package vch.clients;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.async.ResultCallback;
import com.github.dockerjava.api.model.Frame;
import com.github.dockerjava.api.model.HostConfig;
import com.github.dockerjava.api.model.StreamType;
import com.github.dockerjava.core.DefaultDockerClientConfig;
import com.github.dockerjava.core.DockerClientImpl;
import com.github.dockerjava.httpclient5.ApacheDockerHttpClient;
import com.github.dockerjava.transport.DockerHttpClient;
import com.github.dockerjava.zerodep.ZerodepDockerHttpClient;
import java.util.concurrent.TimeUnit;

/// docker-java with short words for what many cases do, at the endpoint that `DOCKER_HOST` and so
/// on name.
final class DockerJava {
  private final DockerClient docker = connect();

  private static DockerClient connect() {
    var config = DefaultDockerClientConfig.createDefaultConfigBuilder().build();
    DockerHttpClient transport =
        System.getenv("TRANSPORT").equals("zerodep")
            ? new ZerodepDockerHttpClient.Builder()
                .dockerHost(config.getDockerHost())
                .sslConfig(config.getSSLConfig())
                .build()
            : new ApacheDockerHttpClient.Builder()
                .dockerHost(config.getDockerHost())
                .sslConfig(config.getSSLConfig())
                .build();
    return DockerClientImpl.getInstance(config, transport);
  }

  DockerClient client() {
    return docker;
  }

  String run(String name, String... command) {
    return run(name, HostConfig.newHostConfig(), command);
  }

  String run(String name, HostConfig host, String... command) {
    var id =
        docker
            .createContainerCmd("busybox")
            .withName(name)
            .withHostConfig(host)
            .withCmd(command)
            .exec()
            .getId();
    docker.startContainerCmd(id).exec();
    return id;
  }

  void remove(String id) {
    docker.removeContainerCmd(id).withForce(true).withRemoveVolumes(true).exec();
  }

  int waitFor(String id) {
    return docker.waitContainerCmd(id).start().awaitStatusCode(30, TimeUnit.SECONDS);
  }

  /// Gathers what two streams say.
  static class Output extends ResultCallback.Adapter<Frame> {
    final StringBuffer out = new StringBuffer();
    final StringBuffer err = new StringBuffer();

    @Override
    public void onNext(Frame frame) {
      var text = new String(frame.getPayload(), UTF_8);
      (frame.getStreamType() == StreamType.STDERR ? err : out).append(text);
    }
  }

  /// @return output, `|`, errors
  String logs(String id) throws InterruptedException {
    var output = new Output();
    docker.logContainerCmd(id).withStdOut(true).withStdErr(true).exec(output).awaitCompletion();
    return output.out + "|" + output.err;
  }

  /// @return output, `|`, errors, `|`, exit code
  String exec(String id, String... command) throws InterruptedException {
    var exec =
        docker
            .execCreateCmd(id)
            .withCmd(command)
            .withAttachStdout(true)
            .withAttachStderr(true)
            .exec()
            .getId();
    var output = new Output();
    docker.execStartCmd(exec).exec(output).awaitCompletion(30, TimeUnit.SECONDS);
    return output.out
        + "|"
        + output.err
        + "|"
        + docker.inspectExecCmd(exec).exec().getExitCodeLong();
  }
}
