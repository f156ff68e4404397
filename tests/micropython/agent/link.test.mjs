import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import net from 'node:net';
import { test } from 'node:test';
import { sign } from '../hub.mjs';
import { deliver, program, rig } from './rig.mjs';

/** Whether the device still answers, on the connection it had. */
async function answers(it, transaction) {
  it.hub.send('down/command', { name: 'nothing', transaction });
  await it.hub.waitFor('response', (b) => b.transaction === transaction);
}

test('what is replayed, unsigned, oversize, unreadable or out of place is refused and counted, and harms nothing', async (t) => {
  const it = await rig(t);
  await it.hub.waitFor('info');
  await answers(it, 'first');
  const command = it.hub.topic('down/command');
  const refused = (code, count = 1) => it.device.waitForLine(`Refused (${code}, ${count} so far)`);

  const signed = it.hub.sent.find((m) => m.topic === command);
  it.hub.publish(signed.topic, signed.payload);
  await refused('replayed');
  for (let i = 0; i < 10; i++) it.hub.publish(command, '{"name":"nothing"}');
  await refused('signature_invalid');
  await refused('signature_invalid', 10);
  it.hub.publish(command, '', 1);
  it.hub.publish(command, sign(Buffer.alloc(32), command, { name: 'nothing', n: 900 }));
  it.hub.publish(it.hub.topic('down/ota/offer'), signed.payload);
  for (const bytes of [6000, 20001, 300000]) it.hub.publish(command, 'x'.repeat(bytes), 1);
  await refused('message_too_large');
  const open = '{"name":"nothing","n":7';
  it.hub.publish(command, `[${open},"mac":"${createHmac('sha256', it.hub.keys.down).update(`${command}\0[${open}`).digest('hex')}"}`);
  await refused('message_invalid');
  it.hub.publish(it.hub.topic('down/nonsense'), '{}');
  await refused('topic_forbidden');
  it.hub.publish('edgemesh/v1/home/hub/status', '[[[[');
  it.hub.publish(it.hub.topic('down/welcome'), '{"device_nonce":1}');
  it.hub.publish(it.hub.topic('down/ota/chunk'), Buffer.from('0100000001000000000000000000000000ff', 'hex'));
  it.hub.send('down/ota/complete', { session: 99 });
  await refused('stale_session');
  await answers(it, 'last');
  assert.equal(it.hub.messages.filter((m) => m.kind === 'hello').length, 1, 'the connection held');
  assert.equal(it.hub.messages.filter((m) => m.kind === 'response').length, 2, 'nothing forged was answered');
  assert.ok(!it.device.output.some((line) => line.includes('defect')), it.device.output.join('\n'));
});

test('a hub that restarts gets a new handshake at once', async (t) => {
  const it = await rig(t);
  await it.hub.waitFor('info');
  it.hub.disconnect();
  const from = it.hub.messages.length;
  await it.hub.connect();
  await it.hub.waitFor('info', () => true, { from, timeout_ms: 3000 });
});

test('a hello that nobody answers is said again', async (t) => {
  const it = await rig(t, { power: false });
  it.hub.answersHello = false;
  await it.powerOn({ speed: 4 });
  const first = await it.hub.waitFor('hello');
  await it.hub.waitFor('hello', (b) => b.nonce !== first.nonce);
  it.hub.answersHello = true;
  await it.hub.waitFor('info');
});

test('a hub that comes back is greeted at once by a device that has waited long', async (t) => {
  const it = await rig(t, { power: false });
  it.hub.answersHello = false;
  await it.powerOn({ speed: 4 });
  const hellos = () => it.hub.messages.filter((m) => m.kind === 'hello').length;
  // At 0, 2, 6 and 14 s of the device's; the fifth would come 4 s of ours later.
  while (hellos() < 4) await it.hub.waitFor('hello', () => true, { from: it.hub.messages.length });
  it.hub.disconnect();
  it.hub.answersHello = true;
  await it.hub.connect();
  await it.hub.waitFor('info', () => true, { timeout_ms: 2500 });
});

test('the broker restarts in the middle of a transfer: the device reconnects and goes on where it was', async (t) => {
  const it = await rig(t);
  await it.hub.waitFor('info');
  it.hub.letsChunk = (sequence) => sequence < 6;
  it.hub.offer(program('lamp', 60000), { session: 4 });
  await it.hub.waitFor('ota/chunk-ack', (b) => b.next === 6);
  await it.broker.stop();
  await it.broker.start();
  const from = it.hub.messages.length;
  it.hub.letsChunk = () => true;
  await it.hub.connect(it.hub.boot);
  assert.equal((await it.hub.waitFor('ota/accept', () => true, { from })).next, 6);
  assert.equal((await it.hub.waitFor('ota/report', (b) => b.state !== 'applying')).state, 'confirmed');
});

test('a stream that arrives in pieces of a few bytes is the same stream', async (t) => {
  let target, seed = 12345;
  const random = (limit) => { seed = (seed * 1103515245 + 12345) & 0x7fffffff; return 1 + (seed % limit); };
  const proxy = net.createServer((near) => {
    const far = net.connect(target, '127.0.0.1');
    near.setNoDelay(true);
    near.on('data', (data) => far.write(data));
    let chain = Promise.resolve();
    far.on('data', (data) => {
      for (let at = 0; at < data.length;) {
        const piece = data.subarray(at, at += random(data.length > 1000 ? 900 : 5));
        chain = chain.then(() => new Promise((resolve) => { near.write(piece); setImmediate(resolve); }));
      }
    });
    for (const [one, other] of [[near, far], [far, near]]) { one.on('error', () => {}); one.on('close', () => other.destroy()); }
  }).listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  t.after(() => proxy.close());
  const it = await rig(t, { settings: { port: proxy.address().port }, power: false });
  target = it.broker.port;
  await it.powerOn();
  await it.hub.waitFor('info');
  assert.equal((await deliver(it, program('lamp', 20000), { session: 2 })).state, 'confirmed');
  assert.equal(it.device.boots, 2);
});

test('a configuration that is not one is named, member and all', async (t) => {
  for (const [settings, sentence] of [[{ key: 'ff' }, /"key" must be 64 lower-case hex digits/], [{ port: 0 }, /"port" must be a whole number from 1 to 65535/],
    [{ device: 'Porch' }, /"device" must be 1 to 32 characters/], [{ wifi: [{ ssid: 'lab' }] }, /"key" must be a string/]]) {
    const it = await rig(t, { settings, hub: false });
    await it.device.finished;
    assert.match(it.device.output.join('\n'), sentence);
  }
});
