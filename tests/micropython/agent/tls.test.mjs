// The agent over TLS: whom it trusts, and what a broker that stalls can do to it. The broker's TLS is Node's, in front of the real one.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import test from 'node:test';
import tls from 'node:tls';
import { deliver, program, rig } from './rig.mjs';

/** A root, and a certificate for the broker and one for the device, all of it by OpenSSL. */
function authority(t) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'ca-'));
  t.after(() => fs.rmSync(folder, { recursive: true }));
  const run = (...args) => execFileSync('openssl', args, { stdio: 'ignore', cwd: folder });
  const EC = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  run('req', '-x509', ...EC, '-days', '2', '-subj', '/CN=root', '-keyout', 'root.key', '-out', 'root.crt');
  const leaf = (name, extension) => {
    run('req', ...EC, '-subj', `/CN=${name}`, '-addext', extension, '-keyout', `${name}.key`, '-out', `${name}.csr`);
    run('x509', '-req', '-in', `${name}.csr`, '-CA', 'root.crt', '-CAkey', 'root.key', '-CAcreateserial', '-copy_extensions', 'copy', '-days', '2', '-out', `${name}.crt`);
    return { cert: fs.readFileSync(path.join(folder, `${name}.crt`), 'utf8'), key: fs.readFileSync(path.join(folder, `${name}.key`), 'utf8') };
  };
  return { ca: fs.readFileSync(path.join(folder, 'root.crt'), 'utf8'), broker: leaf('broker', 'subjectAltName=IP:127.0.0.1,DNS:broker.local'),
    device: leaf('porch', 'extendedKeyUsage=clientAuth') };
}

/** TLS in front of the rig's broker; gives the port, the names in clients' certificates, and how many bytes clients sent inside TLS. */
async function front(t, it, { cert, key }, options = {}) {
  const seen = { peers: [], bytes: 0 };
  const server = tls.createServer({ cert, key, ...options }, (socket) => {
    seen.peers.push(socket.getPeerCertificate().subject?.CN);
    socket.on('data', (data) => { seen.bytes += data.length; });
    const plain = net.connect(it.broker.port, '127.0.0.1');
    socket.on('error', () => plain.destroy()).on('close', () => plain.destroy());
    plain.on('error', () => socket.destroy()).on('close', () => socket.destroy());
    socket.pipe(plain).pipe(socket);
  });
  server.on('tlsClientError', () => {});
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  return { port: server.address().port, seen };
}

async function tlsRig(t, certificate, settings, options) {
  const it = await rig(t, { power: false });
  const { port, seen } = await front(t, it, certificate, options);
  fs.writeFileSync(path.join(it.folder, 'edgemesh.json'), JSON.stringify({ ...it.settings, port, ...settings }));
  await it.powerOn();
  return { it, seen };
}

test('the agent delivers an update over TLS with a certificate of its own, trusting any of several authorities', async (t) => {
  const ours = authority(t), next = authority(t);
  const time = Math.floor(Date.now() / 1000);
  const { it, seen } = await tlsRig(t, ours.broker, { ca: next.ca + ours.ca, certificate: ours.device.cert, private_key: ours.device.key, time },
    { ca: ours.ca, requestCert: true, rejectUnauthorized: true });
  await it.hub.waitFor('info');
  const report = await deliver(it, program('over-tls', 60000), { session: 1 });
  assert.equal(report.state, 'confirmed');
  assert.equal(seen.peers[0], 'porch');
});

test('the agent refuses a broker of a foreign authority, and one of another name, and says so', async (t) => {
  const ours = authority(t), foreign = authority(t);
  for (const settings of [{ ca: foreign.ca }, { ca: ours.ca, host: 'localhost' }]) {
    const { it, seen } = await tlsRig(t, ours.broker, settings);
    await it.device.waitForLine(/connection failed: ValueError.*certificate/);
    // Neither the password nor anything else was shown to it.
    assert.equal(seen.bytes, 0);
    assert.equal(it.hub.messages.length, 0);
  }
});

test('a clock that was never set is set to the time of the configuration before TLS, and a right one is left alone', async (t) => {
  const time = 1900000000, ours = authority(t);
  const extra = { 'main.py': `import time
from edgemesh import config, identity, platform
board = platform.Platform()
platform.make_state_folder()
identities = identity.Identities(config.read())
now = lambda: time.time() + 946684800
before = now()
identities.set_clock(board)
print('floor', before < 946684900, now() - ${time} in (0, 1))
board.set_clock(${time + 5000})
identities.set_clock(board)
print('kept', now() - ${time + 5000} in (0, 1))
` };
  const it = await rig(t, { extra, hub: false, settings: { ca: ours.ca, time } });
  await it.device.waitForLine(/floor True True/);
  await it.device.waitForLine(/kept True/);
});

test('a broker that stalls the handshake costs a connection attempt, not the watchdog', async (t) => {
  const ours = authority(t);
  const it = await rig(t, { power: false, hub: false });
  const server = net.createServer((socket) => { socket.on('error', () => {}); }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  fs.writeFileSync(path.join(it.folder, 'edgemesh.json'), JSON.stringify({ ...it.settings, port: server.address().port, ca: ours.ca, watchdog_ms: 3000 }));
  await it.powerOn({ speed: 10 });
  await it.device.waitForLine(/connection failed: OSError.*(116|ETIMEDOUT)/);
});

/** What the hub sends a device. */
const identity = (sequence, { ca, device }, authorities = ca) => ({ sequence, ca: authorities, certificate: device.cert, private_key: device.key });

/** A broker that asks for a certificate of one authority, and its hub; trusts(ca) is whom it lets in. */
async function mutualRig(t, ours, extra = {}) {
  const time = Math.floor(Date.now() / 1000);
  const made = await tlsRig(t, ours.broker, { ca: ours.ca, certificate: ours.device.cert, private_key: ours.device.key, time, ...extra },
    { ca: ours.ca, requestCert: true, rejectUnauthorized: true });
  await made.it.hub.waitFor('info');
  return made;
}

test('the agent stores a new identity, answers, connects with it, and after a reset too; a broker of its old authority is trusted no more', async (t) => {
  const ours = authority(t), next = authority(t);
  const { it } = await mutualRig(t, ours);
  assert.deepEqual((({ tls: by, identity: number }) => [by, number])(await it.hub.waitFor('hello')), [true, 0]);
  // Of the same authority, so that the broker lets it in; and the next one is to be trusted too.
  it.hub.send('down/identity', identity(7, ours, next.ca + ours.ca));
  assert.equal((await it.hub.waitFor('identity')).state, 'stored');
  await it.hub.waitFor('hello', (b) => b.identity === 7);
  let from = it.hub.messages.length;
  await it.hub.waitFor('info', () => true, { from: 0 });
  it.hub.send('down/identity', identity(7, ours));
  assert.equal((await it.hub.waitFor('identity', (b) => b.state === 'rejected')).code, 'sequence_not_above');
  it.hub.send('down/identity', { ...identity(8, ours), private_key: undefined });
  await it.device.waitForLine(/Refused \(message_invalid/);
  await it.device.powerOff();
  from = it.hub.messages.length;
  await it.powerOn();
  await it.hub.waitFor('hello', (b) => b.identity === 7, { from });
  await it.hub.waitFor('info', () => true, { from });
  // Given the next authority alone, it does not go back to the first one.
  it.hub.send('down/identity', identity(9, ours, next.ca));
  await it.hub.waitFor('identity', (b) => b.sequence === 9, { from });
  from = it.hub.messages.length;
  await it.device.waitForLine(/certificate/);
  assert.equal((await it.hub.waitFor('hello', () => true, { from })).identity, 7);
  assert.ok(!it.device.output.some((line) => line.includes('-----BEGIN')));
});

test('before a clock was set no certificate has begun, so the time of the configuration is what TLS needs, and a newer identity brings its own', async (t) => {
  const ours = authority(t), now = Math.floor(Date.now() / 1000);
  const { it, seen } = await tlsRig(t, ours.broker, { ca: ours.ca, time: now - 86400 });
  await it.device.waitForLine(/connection failed: ValueError.*certificate/);
  assert.equal(seen.bytes, 0);
  await it.device.powerOff();
  // The device says each time that its clock is set to; the fake hub lives in 2027.
  const main = fs.readFileSync(path.join(it.folder, 'main.py'), 'utf8');
  fs.writeFileSync(path.join(it.folder, 'main.py'), `from edgemesh import platform
set_clock = platform.Platform.set_clock
def telling(self, seconds):
    print('clock', seconds)
    set_clock(self, seconds)
platform.Platform.set_clock = telling
${main}`);
  const settings = JSON.parse(fs.readFileSync(path.join(it.folder, 'edgemesh.json')));
  fs.writeFileSync(path.join(it.folder, 'edgemesh.json'), JSON.stringify({ ...settings, time: now }));
  const clocks = () => it.device.output.filter((line) => line.startsWith('clock ')).map((line) => Number(line.slice(6)));
  await it.powerOn();
  await it.hub.waitFor('info');
  assert.equal(clocks()[0], now);
  it.hub.send('down/identity', identity(7, ours));
  await it.hub.waitFor('hello', (b) => b.identity === 7);
  await it.device.powerOff();
  const from = it.hub.messages.length;
  await it.powerOn();
  await it.hub.waitFor('info', () => true, { from });
  assert.ok(clocks()[0] >= 1800000000, `${clocks()}`);
});

test('a power cut at every file-system call of a change of identity leaves the old one or the new one', { timeout: 120000 }, async (t) => {
  const ours = authority(t);
  const { it } = await mutualRig(t, ours);
  await it.device.powerOff();
  const clean = fs.mkdtempSync(path.join(os.tmpdir(), 'identity-'));
  fs.cpSync(it.folder, clean, { recursive: true });
  t.after(() => fs.rmSync(clean, { recursive: true }));
  let cuts = 0;
  for (const kind of [{ written: 700, unflushed: 'kept' }, { written: 0, unflushed: 'lost' }]) {
    for (let at = 1; ; at++) {
      fs.rmSync(it.folder, { recursive: true });
      fs.cpSync(clean, it.folder, { recursive: true });
      let from = it.hub.messages.length;
      const device = await it.powerOn({ cut: { at, ...kind }, reboot: false, speed: 8 });
      const done = async () => {
        await it.hub.waitFor('info', () => true, { from });
        it.hub.send('down/identity', identity(7, ours));
        await it.hub.waitFor('hello', (b) => b.identity === 7, { from });
        await it.hub.waitFor('info', () => true, { from: it.hub.messages.findLastIndex((m) => m.kind === 'hello') });
      };
      await Promise.race([device.finished, done().catch(() => {})]);
      await device.powerOff();
      const { end } = await device.finished;
      from = it.hub.messages.length;
      await it.powerOn({ speed: 8 });
      const hello = await it.hub.waitFor('hello', () => true, { from });
      assert.ok([0, 7].includes(hello.identity));
      await it.hub.waitFor('info', () => true, { from });
      if (kind.written) {
        it.hub.send('down/identity', identity(9, ours));
        await it.hub.waitFor('hello', (b) => b.identity === 9, { from });
      }
      await it.device.powerOff();
      if (end !== 'cut') break;
      cuts++;
    }
  }
  console.log(`counted: identity: ${cuts} power cuts`);
  assert.ok(cuts >= 6);
});
