"""What programs do with python3-docker, against the endpoint that DOCKER_HOST names. Has busybox there, and a registry with bb:1."""

import io
import os
import socket
import tarfile
import threading
import unittest

import docker

REGISTRY = os.environ["REGISTRY"]


def archive(**files):
    """A tar archive of files by name."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        for name, text in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(text.encode())
            tar.addfile(entry, io.BytesIO(text.encode()))
    return out.getvalue()


class Cases(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.docker = docker.from_env(timeout=60)
        cls.api = cls.docker.api

    @classmethod
    def tearDownClass(cls):
        cls.docker.close()

    def sleeper(self, **options):
        made = self.docker.containers.run("busybox", ["sleep", "3600"], detach=True, **options)
        self.addCleanup(made.remove, force=True, v=True)
        return made

    def test_the_endpoint_says_what_it_is(self):
        self.assertTrue(self.docker.ping())
        self.assertEqual("linux", self.docker.version()["Os"])
        self.assertIn("bridge", self.docker.info()["Plugins"]["Network"])
        self.assertIn("Images", self.docker.df())

    def test_run_gives_the_output(self):
        self.assertEqual(b"all\n", self.docker.containers.run("busybox", "echo all", remove=True))
        both = self.docker.containers.run("busybox", ["sh", "-c", "echo err >&2"], remove=True, stderr=True, stdout=False)
        self.assertEqual(b"err\n", both)
        with self.assertRaises(docker.errors.ContainerError) as refused:
            self.docker.containers.run("busybox", ["sh", "-c", "echo why >&2; exit 7"], remove=True)
        self.assertEqual(7, refused.exception.exit_status)
        self.assertIn(b"why", refused.exception.stderr)
        with self.assertRaises(docker.errors.ImageNotFound):
            self.docker.images.get("nosuch:1")
        self.assertEqual([], [c.name for c in self.docker.containers.list(all=True, filters={"exited": "7"})])

    def test_a_container_lives_and_ends(self):
        made = self.sleeper(name="py-life", labels={"by": "py"}, environment={"GIVEN": "1"}, mem_limit="64m", hostname="py")
        made.reload()
        self.assertEqual("running", made.status)
        self.assertEqual(["py-life"], [c.name for c in self.docker.containers.list(filters={"label": "by=py"})])
        self.assertEqual(64 << 20, made.attrs["HostConfig"]["Memory"])
        made.pause()
        made.reload()
        self.assertEqual("paused", made.status)
        made.unpause()
        made.rename("py-renamed")
        made.update(mem_limit="128m", memswap_limit="256m")
        made.restart(timeout=0)
        made.reload()
        self.assertEqual(("py-renamed", "running", 128 << 20), (made.name, made.status, made.attrs["HostConfig"]["Memory"]))
        self.assertIn("sleep 3600", made.top()["Processes"][0])
        made.kill()
        self.assertEqual(137, made.wait(timeout=30)["StatusCode"])
        with self.assertRaises(docker.errors.APIError) as refused:
            self.docker.containers.create("busybox", name="py-renamed")
        self.assertEqual(409, refused.exception.status_code)

    def test_programs_are_run_inside(self):
        made = self.sleeper()
        code, output = made.exec_run(["sh", "-c", "echo o; echo e >&2; exit 4"], demux=True)
        self.assertEqual((4, (b"o\n", b"e\n")), (code, output))
        self.assertEqual((0, b"1 /tmp\n"), made.exec_run("sh -c 'echo $X $PWD'", environment={"X": "1"}, workdir="/tmp"))
        code, chunks = made.exec_run(["sh", "-c", "for i in 1 2 3; do echo $i; done"], stream=True)
        self.assertEqual((None, b"1\n2\n3\n"), (code, b"".join(chunks)))
        # an input, by the socket that was taken over
        run = self.api.exec_create(made.id, ["sh", "-c", "read l; echo got $l"], stdin=True, tty=True)
        taken = self.api.exec_start(run["Id"], tty=True, socket=True)
        taken._sock.sendall(b"typed\n")
        text = b""
        while b"got typed" not in text:
            chunk = taken._sock.recv(4096)
            self.assertTrue(chunk, text)
            text += chunk
        taken.close()
        self.assertEqual(126, made.exec_run("/etc").exit_code)

    def test_attach_takes_the_connection_over(self):
        made = self.docker.containers.create("busybox", ["sh", "-c", "cat; echo end >&2"], stdin_open=True)
        self.addCleanup(made.remove, force=True)
        taken = made.attach_socket(params={"stdin": 1, "stdout": 1, "stderr": 1, "stream": 1})
        made.start()
        taken._sock.sendall(b"typed\n")
        taken._sock.shutdown(socket.SHUT_WR)
        frames = b""
        while not frames.endswith(b"end\n"):
            chunk = taken._sock.recv(4096)
            self.assertTrue(chunk, frames)
            frames += chunk
        taken.close()
        self.assertEqual(b"\x01\0\0\0\0\0\0\x06typed\n\x02\0\0\0\0\0\0\x04end\n", frames)

    def test_logs_are_whole_cut_or_followed(self):
        made = self.docker.containers.run("busybox", ["sh", "-c", "echo 1; echo 2; echo 3"], detach=True)
        self.addCleanup(made.remove, force=True)
        self.assertEqual([b"1\n", b"2\n", b"3\n"], list(made.logs(follow=True, stream=True)))
        self.assertEqual(b"1\n2\n3\n", made.logs())
        self.assertEqual(b"3\n", made.logs(tail=1))
        self.assertRegex(made.logs(tail=1, timestamps=True).decode(), r"^20\S+Z 3\n$")
        self.assertEqual(b"", made.logs(since=4000000000))

    def test_statistics(self):
        made = self.sleeper()
        self.assertGreater(made.stats(stream=False)["memory_stats"]["usage"], 0)
        self.assertGreater(next(made.stats(stream=True, decode=True))["pids_stats"]["current"], 0)

    def test_events_are_told_while_they_happen(self):
        events = self.docker.events(decode=True, filters={"type": "container", "label": "told=py"})
        seen = []

        def listen():
            for event in events:
                seen.append(event["Action"])
                if event["Action"] == "destroy":
                    return

        listener = threading.Thread(target=listen, daemon=True)
        listener.start()
        self.docker.containers.run("busybox", "true", labels={"told": "py"}, detach=True).wait()
        self.docker.containers.prune(filters={"label": "told=py"})
        listener.join(30)
        events.close()
        self.assertEqual(["create", "start", "die", "destroy"], seen)

    def test_files_go_in_and_out(self):
        made = self.sleeper()
        self.assertTrue(made.put_archive("/tmp", archive(note="a note", other="x")))
        self.assertEqual(b"a note", made.exec_run("cat /tmp/note").output)
        chunks, stat = made.get_archive("/tmp/note")
        self.assertEqual(("note", 6), (stat["name"], stat["size"]))
        with tarfile.open(fileobj=io.BytesIO(b"".join(chunks))) as tar:
            self.assertEqual(b"a note", tar.extractfile("note").read())
        self.assertIn({"Path": "/tmp/note", "Kind": 1}, made.diff())
        with self.assertRaises(docker.errors.NotFound):
            made.get_archive("/nosuch")
        with tarfile.open(fileobj=io.BytesIO(b"".join(made.export()))) as tar:
            self.assertIn("tmp/note", tar.getnames())

    def test_images(self):
        image = self.docker.images.pull(f"{REGISTRY}/bb", tag="1")
        self.assertTrue(image.tag("py/bb", "x"))
        image.reload()
        self.assertIn("py/bb:x", image.tags)
        saved = b"".join(image.save(named="py/bb:x"))
        self.docker.images.remove("py/bb:x")
        self.assertEqual(["py/bb:x"], [t for i in self.docker.images.load(saved) for t in i.tags if t.startswith("py/")])
        self.assertEqual(1, len(image.history()))
        self.docker.images.remove("py/bb:x")
        self.docker.images.remove(f"{REGISTRY}/bb:1")
        with self.assertRaises(docker.errors.NotFound):
            self.docker.images.pull(f"{REGISTRY}/bb", tag="none")
        self.assertFalse(self.docker.images.prune()["ImagesDeleted"])

    def test_an_image_is_built(self):
        context = archive(Dockerfile="FROM busybox\nARG word\nRUN echo $word >/built\nCOPY note /\nLABEL by=py\nCMD cat /built /note\n", note="copied\n")
        image, log = self.docker.images.build(
            fileobj=io.BytesIO(context), custom_context=True, tag="py/built:1", buildargs={"word": "made"}, rm=True)
        self.addCleanup(self.docker.images.remove, "py/built:1")
        self.assertEqual("py", image.labels["by"])
        self.assertIn("Successfully tagged py/built:1", "".join(line.get("stream", "") for line in log))
        self.assertEqual(b"made\ncopied\n", self.docker.containers.run("py/built:1", remove=True))
        with self.assertRaises(docker.errors.BuildError) as refused:
            self.docker.images.build(fileobj=io.BytesIO(b"FROM busybox\nRUN exit 9\n"), rm=True)
        self.assertIn("returned a non-zero code: 9", str(refused.exception))

    def test_networks(self):
        pool = docker.types.IPAMPool(subnet="10.79.0.0/24", gateway="10.79.0.9", iprange="10.79.0.128/25")
        made = self.docker.networks.create(
            "py-net", driver="bridge", check_duplicate=True, labels={"by": "py"}, options={"com.docker.network.driver.mtu": "1400"},
            ipam=docker.types.IPAMConfig(pool_configs=[pool]))
        self.addCleanup(made.remove)
        server = self.sleeper(name="py-server", network="py-net")
        client = self.sleeper()
        made.connect(client, aliases=["asks"], ipv4_address="10.79.0.200")
        self.assertEqual(0, client.exec_run("ping -c 1 py-server").exit_code)
        self.assertIn(b"10.79.0.200", server.exec_run("ping -c 1 asks").output)
        self.assertIn(b"1400", server.exec_run("cat /sys/class/net/eth0/mtu").output)
        made.reload()
        self.assertEqual({server, client}, set(made.containers))
        server.reload()
        self.assertEqual("10.79.0.128", server.attrs["NetworkSettings"]["Networks"]["py-net"]["IPAddress"])
        made.disconnect(client)
        self.assertEqual(["py-net"], [n.name for n in self.docker.networks.list(names=["py-net"])])
        self.assertEqual([], self.docker.networks.list(names=["py-n"], filters={"driver": "nosuch"}))
        with self.assertRaises(docker.errors.APIError):
            self.docker.networks.create("py-other", ipam=docker.types.IPAMConfig(pool_configs=[pool]))

    def test_ports(self):
        made = self.sleeper(ports={"80/tcp": None, "81/tcp": ("127.0.0.1", 8181), "53/udp": [5301, 5302]})
        made.reload()
        self.assertTrue(1024 <= int(made.ports["80/tcp"][0]["HostPort"]) <= 65535)
        self.assertEqual([{"HostIp": "127.0.0.1", "HostPort": "8181"}], made.ports["81/tcp"])
        self.assertEqual({"5301", "5302"}, {p["HostPort"] for p in made.ports["53/udp"]})

    def test_volumes(self):
        volume = self.docker.volumes.create("py-vol", labels={"by": "py"})
        self.docker.containers.run("busybox", ["sh", "-c", "echo kept >/d/f"], remove=True, volumes={"py-vol": {"bind": "/d"}})
        mount = docker.types.Mount("/d", "py-vol", read_only=True)
        reader = self.docker.containers.run("busybox", "cat /d/f", detach=True, mounts=[mount])
        reader.wait()
        self.assertEqual(b"kept\n", reader.logs())
        with self.assertRaises(docker.errors.APIError) as refused:
            volume.remove()
        self.assertEqual(409, refused.exception.status_code)
        reader.remove()
        self.assertEqual(["py-vol"], [v.name for v in self.docker.volumes.list(filters={"label": "by=py"})])
        volume.remove()
        with self.assertRaises(docker.errors.NotFound):
            self.docker.volumes.get("py-vol")

    def test_the_low_level_client(self):
        host = self.api.create_host_config(port_bindings={80: None}, restart_policy={"Name": "on-failure", "MaximumRetryCount": 2})
        made = self.api.create_container("busybox", ["sh", "-c", "exit 3"], host_config=host, ports=[80], name="py-low")
        self.addCleanup(self.api.remove_container, made["Id"], force=True)
        self.api.start(made)
        self.api.wait(made, timeout=30, condition="not-running")
        state = self.api.inspect_container(made)
        self.assertEqual((3, "on-failure"), (state["State"]["ExitCode"], state["HostConfig"]["RestartPolicy"]["Name"]))
        self.assertEqual(["/py-low"], self.api.containers(all=True, filters={"name": "py-low"})[0]["Names"])


if __name__ == "__main__":
    unittest.main(verbosity=2, warnings="ignore")
