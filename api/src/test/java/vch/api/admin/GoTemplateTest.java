package vch.api.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import vch.portlayer.refusal.Refusal;

class GoTemplateTest {
  private static final Map<String, Object> DATA =
      Map.of(
          "Name",
          "blue",
          "Public",
          Map.of("Address", "10.0.0.2"),
          "UsedBy",
          List.of("a", "b"),
          "None",
          List.of());

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{{.Name}}|blue",
        "{{.Public.Address}}:1|10.0.0.2:1",
        "{{ .Name }}-{{.Public.Address}}|blue-10.0.0.2",
        "{{json .UsedBy}}|[\"a\",\"b\"]",
        "{{upper .Name}}|BLUE",
        "{{len .UsedBy}}|2",
        "{{join .UsedBy \",\"}}|a,b",
        "{{range .UsedBy}}<{{.}}>{{end}}|<a><b>",
        "{{range .None}}x{{else}}none{{end}}|none",
        "{{if .None}}yes{{else}}no{{end}}|no",
        "{{index .Public \"Address\"}}|10.0.0.2",
        "{{.UsedBy}}|[a b]"
      })
  void templates_read_as_docker_users_know_them(String template, String expected) {
    assertThat(GoTemplate.parse(template).render(DATA)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{{.Nmae}}|no field 'Nmae'",
        "{{.Name|without }}",
        "{{}}|empty",
        "{{range .UsedBy}}|without {{end}}",
        "{{end}}|without range or if",
        "{{printf .Name}}|function 'printf'"
      })
  void what_cannot_be_rendered_is_refused_with_the_place(String template, String why) {
    assertThatThrownBy(() -> GoTemplate.parse(template).render(DATA))
        .isInstanceOf(Refusal.Invalid.class)
        .hasMessageContaining(why);
  }

  @Test
  void a_table_has_headings_and_aligned_columns() {
    var rows =
        List.of(
            Map.<String, Object>of("Name", "a-long-name", "Kind", "nat"),
            Map.<String, Object>of("Name", "b", "Kind", "bridge"));
    assertThat(
            Output.rows(rows, "", List.of(Map.entry("NAME", ".Name"), Map.entry("KIND", ".Kind"))))
        .isEqualTo("NAME          KIND\na-long-name   nat\nb             bridge\n");
    assertThat(
            Output.rows(rows, "table {{.Kind}}\\t{{.Name}}", List.of(Map.entry("NAME", ".Name"))))
        .startsWith("KIND     NAME\nnat      a-long-name\n");
  }
}
