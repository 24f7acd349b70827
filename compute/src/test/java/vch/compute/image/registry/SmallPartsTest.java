package vch.compute.image.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import vch.engine.compute.Platform;
import vch.portlayer.refusal.Refusal;

class SmallPartsTest {
  @Test
  void challenges_are_read_in_any_order_and_number() {
    var read =
        Challenge.parse(
            List.of(
                "Negotiate, Basic realm=x, Bearer scope=\"a,b\",realm=\"http://h/t?a=\\\"b\\\"\" , service = odd",
                "NTLM"));
    assertThat(read).extracting(Challenge::scheme).contains("negotiate", "basic", "bearer", "ntlm");
    var bearer = read.stream().filter(c -> c.scheme().equals("bearer")).findFirst().orElseThrow();
    assertThat(bearer.parameter("scope")).isEqualTo("a,b");
    assertThat(bearer.parameter("realm")).isEqualTo("http://h/t?a=\"b\"");
    assertThat(Challenge.parse(List.of("", "=", "\"", "Bearer realm=\"open"))).isNotNull();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "127.0.0.1:5000",
        "127.9.9.9",
        "localhost:1",
        "[::1]:5000",
        "reg.lan",
        "reg.lan:5000",
        "other.lan:5000",
        "10.1.2.3:80",
        "10.1.255.1"
      })
  void loopback_and_what_was_named_needs_no_tls(String registry) {
    assertThat(new Insecure(List.of("reg.lan", "other.lan:5000", "10.1.0.0/16")).allows(registry))
        .isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "docker.io",
        "other.lan",
        "other.lan:5001",
        "10.2.0.1",
        "127.0.0.1.evil.org",
        "localhost.evil.org",
        "10.1.2.3.nip.io"
      })
  void all_others_need_it(String registry) {
    assertThat(new Insecure(List.of("reg.lan", "other.lan:5000", "10.1.0.0/16")).allows(registry))
        .isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "linux/amd64, linux, x86_64, '', true", "linux/amd64, linux, amd64, '', true",
        "linux/amd64, linux, arm64, v8, false", "linux/arm64, linux, arm64, v8, true",
    "linux/arm64/v8, linux, arm64, '', true", "linux/arm/v7, linux, arm, v6, true",
        "linux/arm/v6, linux, arm, v7, false", "linux/amd64, windows, amd64, '', false"
  })
  void a_platform_accepts_what_runs_on_it(
      String wanted, String os, String arch, String variant, boolean accepted) {
    assertThat(Platform.parse(wanted).accepts(new Platform(os, arch, variant))).isEqualTo(accepted);
  }

  @ParameterizedTest
  @CsvSource({
    "https://reg.example.org/v2/, sec:8443",
    "http://reg.example.org/v2/, plain:3128",
    "https://127.0.0.1:5000/v2/, direct",
    "https://localhost/, direct",
    "https://reg.corp.lan/, direct",
    "https://corp.lan/, direct",
    "https://notcorp.lan/, sec:8443",
    "https://10.1.2.3:5000/, direct",
    "https://10.2.2.3/, sec:8443",
    "https://odd:5001/, direct",
    "https://odd:5002/, sec:8443"
  })
  void proxies_of_the_environment_are_used_as_go_does(String uri, String expected) {
    var proxies =
        new Proxies(
            java.util.Map.of(
                "HTTPS_PROXY",
                "http://sec:8443",
                "http_proxy",
                "plain:3128",
                "NO_PROXY",
                "corp.lan, 10.1.0.0/16,odd:5001"));
    var asked = java.net.URI.create(uri);
    assertThat(
            proxies
                .select(asked.getScheme(), asked.getHost(), asked.getPort())
                .map(org.eclipse.jetty.client.Origin.Address::asString)
                .orElse("direct"))
        .isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(strings = {"a/b/c/d", "", "/", "linux/", "li nux/amd64", "linux/am$"})
  void what_is_no_platform_is_refused(String text) {
    assertThatThrownBy(() -> Platform.parse(text)).isInstanceOf(Refusal.Invalid.class);
  }
}
