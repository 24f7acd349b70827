package vch.kernel.libc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SystemCallsTest {
  @TempDir private Path directory = Path.of("");

  @Test
  void a_failure_names_the_call_the_file_and_the_reason() {
    var missing = directory.resolve("missing");
    assertThatThrownBy(() -> Open.open(missing, Open.O_RDONLY))
        .isInstanceOf(KernelException.class)
        .hasMessage("open " + missing + ": no such file or directory (ENOENT)");
  }

  @Test
  void bytes_written_are_read_back() {
    var file = directory.resolve("f");
    var bytes = "hello".getBytes(StandardCharsets.UTF_8);
    try (var out = Open.open(file, Open.O_WRONLY | Open.O_CREAT | Open.O_EXCL, 0640)) {
      Write.writeAll(out, bytes);
    }
    var back = new byte[8];
    try (var in = Open.open(file, Open.O_RDONLY)) {
      assertThat(Read.read(in, back, 1, 7)).isEqualTo(5);
      assertThat(Read.read(in, back, 6, 2)).isZero();
    }
    assertThat(back).startsWith(0, 'h', 'e').endsWith('o', 0, 0);
  }

  @Test
  void a_closed_descriptor_refuses_and_may_be_closed_again() {
    var fd = Open.open(directory, Open.O_RDONLY | Open.O_DIRECTORY);
    assertThat(fd.path()).startsWith("/proc/self/fd/");
    fd.close();
    fd.close();
    assertThat(fd.isOpen()).isFalse();
    assertThatThrownBy(fd::number).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void a_fifo_is_made_with_its_permissions() throws Exception {
    var fifo = directory.resolve("fifo");
    Mknod.mkfifo(fifo, 0600);
    assertThat((int) Files.getAttribute(fifo, "unix:mode")).isEqualTo(Mknod.S_IFIFO | 0600);
  }

  @Test
  void device_numbers_are_encoded_as_the_kernel_does() {
    assertThat(Mknod.makedev(1, 3)).isEqualTo(0x103);
    assertThat(Mknod.makedev(0x12345, 0x6789ab)).isEqualTo(0x1_2006_7893_45abL);
  }

  @Test
  void a_lock_is_held_once() {
    var file = directory.resolve("lock");
    try (var first = Flock.tryLock(file).orElseThrow()) {
      assertThat(Flock.tryLock(file)).isEmpty();
      assertThat(first).isNotNull();
    }
    try (var again = Flock.tryLock(file).orElseThrow()) {
      assertThat(again).isNotNull();
    }
  }

  @Test
  void our_own_process_exists_and_an_impossible_one_does_not() {
    assertThat(Kill.exists(ProcessHandle.current().pid())).isTrue();
    assertThat(Kill.exists(Integer.MAX_VALUE)).isFalse();
    assertThatThrownBy(() -> Kill.kill(0, 15)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void poll_tells_which_descriptor_is_ready() {
    try (var a = Pipe.open(0);
        var b = Pipe.open(Open.O_NONBLOCK)) {
      Write.write(b.write(), new byte[] {1}, 0, 1);
      var fds = new int[] {a.read().number(), b.read().number()};
      assertThat(Poll.poll(Poll.NO_TIMEOUT, fds, new short[] {Poll.POLLIN, Poll.POLLIN}))
          .containsExactly((short) 0, Poll.POLLIN);
      assertThat(Poll.poll(0, new int[] {fds[0]}, new short[] {Poll.POLLIN}))
          .containsExactly((short) 0);
    }
  }

  @Test
  void attributes_of_files_are_kept_as_bytes() throws Exception {
    var file = Files.createFile(directory.resolve("f"));
    assertThat(Xattr.get(file, "user.x")).isEmpty();
    Xattr.set(file, "user.x", new byte[] {0, 1, 2});
    Xattr.set(file, "user.empty", new byte[0]);
    assertThat(Xattr.get(file, "user.x")).hasValue(new byte[] {0, 1, 2});
    assertThat(Xattr.list(file)).containsExactlyInAnyOrder("user.x", "user.empty");
    Xattr.remove(file, "user.x");
    assertThat(Xattr.list(file)).containsExactly("user.empty");
  }

  @Test
  void mode_and_times_go_further_than_nio() throws Exception {
    var file = Files.createFile(directory.resolve("f"));
    Chmod.chmod(file, 02755);
    assertThat((int) Files.getAttribute(file, "unix:mode") & 07777).isEqualTo(02755);
    var link = Files.createSymbolicLink(directory.resolve("l"), Path.of("nowhere"));
    var time = Instant.parse("2001-02-03T04:05:06.000000007Z");
    Utimensat.utimensat(link, time, time);
    assertThat(Files.getLastModifiedTime(link, LinkOption.NOFOLLOW_LINKS))
        .isEqualTo(FileTime.from(time));
    Chown.lchown(link, -1, -1);
  }

  @Test
  void a_file_system_is_written_by_what_is_open_on_it() {
    try (var open = Open.open(directory, Open.O_RDONLY | Open.O_DIRECTORY);
        var path = Open.open(directory, Open.O_PATH)) {
      Syncfs.syncfs(open);
      assertThatThrownBy(() -> Syncfs.syncfs(path)).hasMessageContaining("(EBADF)");
    }
  }
}
