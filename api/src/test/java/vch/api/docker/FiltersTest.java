package vch.api.docker;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FiltersTest {
  @ParameterizedTest
  @CsvSource({
    "busybox,busybox,true",
    "busy*,busybox,true",
    "*,a/b,false",
    "*/*,a/b,true",
    "b?x,box,true",
    "b?x,b/x,false",
    "v[0-9],v1,true",
    "v[^0-9],v1,false",
    "v[,v[,true",
    "a.c,abc,false",
    "\\Qa,a,false"
  })
  void globs(String glob, String text, boolean fits) {
    assertThat(Filters.glob(glob, text)).isEqualTo(fits);
  }
}
