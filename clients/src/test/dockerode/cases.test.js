// What programs do with dockerode, against the endpoint that DOCKER_HOST names. Has busybox there, and a registry with bb:1.
'use strict';
const { test } = require('node:test');
const assert = require('node:assert/strict');
const { PassThrough } = require('node:stream');
const Docker = require('dockerode');
const tar = require('tar-stream');

const docker = new Docker();
const registry = process.env.REGISTRY;

async function container(name, options) {
  const made = await docker.createContainer({ Image: 'busybox', name, ...options });
  await made.start();
  return made;
}

function gather(stream) {
  const chunks = [];
  stream.on('data', (c) => chunks.push(c));
  return () => Buffer.concat(chunks).toString();
}

/** Separates both streams; resolves at the end. */
function separated(stream) {
  const out = new PassThrough();
  const err = new PassThrough();
  const texts = [gather(out), gather(err)];
  docker.modem.demuxStream(stream, out, err);
  return new Promise((resolve, reject) => {
    stream.on('end', () => setImmediate(() => resolve(texts.map((t) => t()))));
    stream.on('error', reject);
  });
}

/** Separates what is there already, a whole answer. */
function frames(buffer) {
  const texts = ['', '', ''];
  for (let at = 0; at < buffer.length; ) {
    const size = buffer.readUInt32BE(at + 4);
    texts[buffer[at]] += buffer.subarray(at + 8, at + 8 + size);
    at += 8 + size;
  }
  return texts.slice(1);
}

function followed(stream, onProgress) {
  return new Promise((resolve, reject) => docker.modem.followProgress(stream, (e, all) => (e ? reject(e) : resolve(all)), onProgress));
}

async function exec(inside, cmd, options = {}) {
  const made = await inside.exec({ Cmd: cmd, AttachStdout: true, AttachStderr: true, ...options });
  const stream = await made.start({});
  const [out, err] = await separated(stream);
  return { out, err, code: (await made.inspect()).ExitCode };
}

test('the endpoint says what it is', async () => {
  assert.equal((await docker.ping()).toString(), 'OK');
  const version = await docker.version();
  assert.equal(version.Os, 'linux');
  assert.ok((await docker.info()).Plugins.Network.includes('bridge'));
});

test('an image is pulled, its progress followed', async () => {
  const seen = [];
  const all = await followed(await docker.pull(`${registry}/bb:1`), (e) => seen.push(e.status));
  assert.ok(seen.some((s) => s.startsWith('Status: ')), seen.join());
  assert.equal(all.length, seen.length);
  const image = docker.getImage(`${registry}/bb:1`);
  assert.match((await image.inspect()).Id, /^sha256:/);
  assert.equal((await image.history()).length, 1);
  await image.tag({ repo: 'node/bb', tag: 'x' });
  const listed = await docker.listImages({ filters: { reference: ['node/*'] } });
  assert.deepEqual(listed[0].RepoTags.filter((t) => t.startsWith('node/')), ['node/bb:x']);
  await docker.getImage('node/bb:x').remove();
  await image.remove();
  await assert.rejects(docker.pull(`${registry}/bb:none`), (e) => e.statusCode === 404 && /manifest unknown/.test(e.message));
});

test('attach takes the connection over, in and out', async () => {
  const made = await docker.createContainer({
    Image: 'busybox', Cmd: ['sh', '-c', 'while read l; do echo got $l; done; echo end >&2'],
    OpenStdin: true, StdinOnce: true, AttachStdin: true, AttachStdout: true, AttachStderr: true,
  });
  const stream = await made.attach({ stream: true, hijack: true, stdin: true, stdout: true, stderr: true });
  const texts = separated(stream);
  await made.start();
  stream.write('one\n');
  stream.write('two\n');
  stream.end();
  assert.deepEqual(await texts, ['got one\ngot two\n', 'end\n']);
  assert.equal((await made.wait()).StatusCode, 0);
  await made.remove();
});

test('attach at a terminal is one stream', async () => {
  const made = await docker.createContainer({ Image: 'busybox', Cmd: ['sh'], Tty: true, OpenStdin: true });
  const stream = await made.attach({ stream: true, hijack: true, stdin: true, stdout: true, stderr: true });
  const text = gather(stream);
  const ended = new Promise((resolve) => stream.on('end', resolve));
  await made.start();
  await made.resize({ h: 40, w: 111 });
  stream.write('stty size; exit 5\n');
  await ended;
  assert.match(text(), /40 111/);
  assert.equal((await made.wait()).StatusCode, 5);
  await made.remove();
});

test('exec has both streams, an input and a code', async () => {
  const inside = await container('node-exec', { Cmd: ['sleep', '3600'] });
  assert.deepEqual(await exec(inside, ['sh', '-c', 'echo o; echo e >&2; exit 4']), { out: 'o\n', err: 'e\n', code: 4 });
  assert.equal((await exec(inside, ['env'], { Env: ['GIVEN=1'], WorkingDir: '/tmp' })).out.includes('GIVEN=1\n'), true);
  const made = await inside.exec({ Cmd: ['wc', '-l'], AttachStdin: true, AttachStdout: true });
  const stream = await made.start({ hijack: true, stdin: true });
  const text = separated(stream);
  for (let i = 0; i < 1000; i++) stream.write(`line ${i}\n`);
  stream.end();
  assert.equal((await text)[0].trim(), '1000');
  await inside.remove({ force: true });
});

test('logs are whole or followed', async () => {
  const told = await container('node-logs', { Cmd: ['sh', '-c', 'echo 1; echo 2 >&2; echo 3'] });
  await told.wait();
  assert.deepEqual(frames(await told.logs({ stdout: true, stderr: true })), ['1\n3\n', '2\n']);
  const stream = await told.logs({ stdout: true, follow: true, tail: 1 });
  assert.deepEqual(await separated(stream), ['3\n', '']);
  await told.remove();
});

test('statistics once and as a stream', async () => {
  const inside = await container('node-stats', { Cmd: ['sleep', '3600'] });
  const once = await inside.stats({ stream: false });
  assert.ok(once.memory_stats.usage > 0 && once.networks.eth0);
  const stream = await inside.stats({ stream: true });
  const first = await new Promise((resolve) => stream.once('data', resolve));
  assert.ok(JSON.parse(first).pids_stats.current > 0);
  stream.destroy();
  await inside.remove({ force: true });
});

test('events are told while they happen', async () => {
  const stream = await docker.getEvents({ filters: { type: ['container'], label: ['told=node'] } });
  const actions = [];
  const destroyed = new Promise((resolve) => {
    let rest = '';
    stream.on('data', (chunk) => {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop();
      for (const line of lines.filter((l) => l)) {
        actions.push(JSON.parse(line).Action);
        if (actions.at(-1) === 'destroy') resolve();
      }
    });
  });
  const made = await container('node-told', { Cmd: ['true'], Labels: { told: 'node' } });
  await made.wait();
  await made.remove();
  await destroyed;
  stream.destroy();
  assert.deepEqual(actions, ['create', 'start', 'die', 'destroy']);
});

test('files go in and out', async () => {
  const inside = await container('node-copy', { Cmd: ['sleep', '3600'] });
  const pack = tar.pack();
  pack.entry({ name: 'note', mode: 0o600 }, 'a note');
  pack.finalize();
  await inside.putArchive(pack, { path: '/tmp' });
  assert.equal((await exec(inside, ['sh', '-c', 'cat /tmp/note; stat -c %a /tmp/note'])).out, 'a note600\n');
  const names = [];
  const extract = tar.extract();
  extract.on('entry', (header, body, next) => { names.push(header.name); body.on('end', next).resume(); });
  await new Promise(async (resolve) => (await inside.getArchive({ path: '/tmp/note' })).pipe(extract).on('finish', resolve));
  assert.deepEqual(names, ['note']);
  const stat = await inside.infoArchive({ path: '/tmp/note' });
  stat.resume();
  assert.equal(JSON.parse(Buffer.from(stat.headers['x-docker-container-path-stat'], 'base64')).name, 'note');
  await inside.remove({ force: true });
});

test('an image is built of a tar', async () => {
  const context = tar.pack();
  context.entry({ name: 'Dockerfile' }, 'FROM busybox\nARG word\nRUN echo $word >/built\nCOPY note /note\nCMD cat /built /note\n');
  context.entry({ name: 'note' }, 'copied\n');
  context.finalize();
  const steps = [];
  await followed(await docker.buildImage(context, { t: 'node/built:1', buildargs: { word: 'made' } }), (e) => steps.push(e.stream ?? ''));
  assert.ok(steps.join('').includes('Successfully tagged node/built:1'), steps.join(''));
  const ran = await docker.createContainer({ Image: 'node/built:1' });
  await ran.start();
  await ran.wait();
  assert.deepEqual(frames(await ran.logs({ stdout: true })), ['made\ncopied\n', '']);
  await ran.remove();
  await docker.getImage('node/built:1').remove();
  const wrong = tar.pack();
  wrong.entry({ name: 'Dockerfile' }, 'FROM busybox\nRUN exit 9\n');
  wrong.finalize();
  const told = await followed(await docker.buildImage(wrong, {}));
  assert.match(told.at(-1).error, /returned a non-zero code: 9/);
});

test('networks have addresses and names', async () => {
  const network = await docker.createNetwork({ Name: 'node-net', CheckDuplicate: true, IPAM: { Config: [{ Subnet: '10.78.0.0/24' }] } });
  const server = await container('node-server', {
    Cmd: ['sleep', '3600'], HostConfig: { NetworkMode: 'node-net' },
    NetworkingConfig: { EndpointsConfig: { 'node-net': { Aliases: ['web'], IPAMConfig: { IPv4Address: '10.78.0.20' } } } },
  });
  const client = await container('node-client', { Cmd: ['sleep', '3600'] });
  await network.connect({ Container: client.id });
  assert.match((await exec(client, ['ping', '-c', '1', 'web'])).out, /10\.78\.0\.20/);
  assert.equal(Object.keys((await network.inspect()).Containers).length, 2);
  await assert.rejects(network.remove(), (e) => e.statusCode === 403 && /has active endpoints/.test(e.message));
  await network.disconnect({ Container: client.id });
  await client.remove({ force: true });
  await server.remove({ force: true });
  await network.remove();
  assert.deepEqual(await docker.listNetworks({ filters: { name: ['node-net'] } }), []);
});

test('volumes and prune', async () => {
  await docker.createVolume({ Name: 'node-vol', Labels: { by: 'node' } });
  const first = await container('node-vol-1', { Cmd: ['sh', '-c', 'echo kept >/d/f'], HostConfig: { Binds: ['node-vol:/d'] } });
  await first.wait();
  await first.remove();
  const second = await container('node-vol-2', { Cmd: ['cat', '/d/f'], HostConfig: { Binds: ['node-vol:/d:ro'] } });
  await second.wait();
  assert.deepEqual(frames(await second.logs({ stdout: true })), ['kept\n', '']);
  await assert.rejects(docker.getVolume('node-vol').remove(), (e) => e.statusCode === 409);
  const pruned = await docker.pruneContainers({ filters: { label: ['none=such'] } });
  assert.equal(pruned.SpaceReclaimed, 0);
  await second.remove();
  await docker.getVolume('node-vol').remove();
  await assert.rejects(docker.getVolume('node-vol').inspect(), (e) => e.statusCode === 404);
});

test('docker.run does it all at once', async () => {
  const out = new PassThrough();
  const text = gather(out);
  const [data, made] = await docker.run('busybox', ['sh', '-c', 'echo all at once; exit 3'], out, { Tty: true });
  assert.equal(data.StatusCode, 3);
  assert.equal(text(), 'all at once\r\n');
  await made.remove();
});
