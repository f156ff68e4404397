// The whole agent, from its first connection on, at a broker that is hostile for a while and then a good one.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import net from 'node:net';
import { test } from 'node:test';
import { deliver, program, rig } from '../agent/rig.mjs';
import { dice, stream } from './packets.mjs';

const CONNECTIONS = 14;
const seed = Number(process.env.EDGEMESH_SEED ?? 1);
const TOPICS = ['command', 'reported', 'welcome', 'ota/offer', 'ota/chunk', 'ota/complete', 'ota/abort'].map((below) => `edgemesh/v1/home/devices/porch/down/${below}`);

test('an agent whose broker was hostile is the same agent at a good one', async (t) => {
  const d = dice(seed);
  let target, connections = 0;
  const server = net.createServer((near) => {
    near.on('error', () => {});
    if (++connections > CONNECTIONS) {
      const far = net.connect(target, '127.0.0.1');
      for (const [one, other] of [[near, far], [far, near]]) { one.on('error', () => {}); one.on('close', () => other.destroy()); one.pipe(other); }
      return;
    }
    near.once('data', () => {
      near.write(stream(d, [...TOPICS, 'edgemesh/v1/home/hub/status']));
      // Some go at once, the others are left by the agent for what they said, or for their silence.
      if (d.percent(50)) near.end();
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  const it = await rig(t, { settings: { port: server.address().port, watchdog_ms: 86400000 }, power: false });
  target = it.broker.port;
  await it.powerOn({ speed: 60 });
  await it.hub.waitFor('info', () => true, { timeout_ms: 60000 });
  assert.equal(it.device.boots, 1);
  assert.equal((await deliver(it, program('lamp', 9000), { session: 1 }, 60000)).state, 'confirmed');
  assert.ok(!it.device.output.some((line) => /defect|MemoryError|Traceback/.test(line)), it.device.output.join('\n'));
  console.log(`counted: connections of the MicroPython agent to a hostile broker: ${CONNECTIONS}, seed ${seed}`);
});
