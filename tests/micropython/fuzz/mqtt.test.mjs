// The agent's MQTT client against a broker that sends MQTT by its grammar, and with mistakes: on the real interpreter.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { test } from 'node:test';
import { boot } from '../../../tools/micropython/host.mjs';
import { dice, stream } from './packets.mjs';

const STREAMS = 4000;
const GROWTH_LIMIT_BYTES = 2048;
const seed = Number(process.env.EDGEMESH_SEED ?? 1);
const agent = new URL('../../../device/micropython/edgemesh/', import.meta.url);

function streams() {
  const d = dice(seed), parts = [];
  for (let i = 0; i < STREAMS; i++) {
    const data = stream(d, ['a', 'b', 'edgemesh/v1/home/hub/status']), head = Buffer.alloc(5);
    head.writeUInt32BE(data.length);
    head[4] = d.below(4);
    parts.push(head, data);
  }
  return Buffer.concat(parts);
}

test('whatever a broker sends ends in an OSError or is taken, in bounded time and memory, and a good one is heard afterwards', async () => {
  const flash = { '/main.py': fs.readFileSync(new URL('mqtt_fuzz.py', import.meta.url)), '/streams.bin': streams() };
  for (const name of fs.readdirSync(agent)) flash[`/edgemesh/${name}`] = fs.readFileSync(new URL(name, agent));
  const device = await boot({ flash });
  const limit = setTimeout(() => device.powerOff(), 60000);
  const { end, output } = await device.finished;
  clearTimeout(limit);
  const text = output.slice(-30).join('\n').slice(-4000);
  assert.equal(end, 'ok', `seed ${seed}: ${text}`);
  assert.deepEqual(output.filter((line) => line.startsWith('failed')).slice(0, 10), [], `seed ${seed}`);
  const [, played, messages, oversize] = output.find((line) => line.startsWith('played')).split(' ').map(Number);
  const growth = Number(output.find((line) => line.startsWith('grew')).split(' ')[1]);
  console.log(`counted: streams of a hostile broker to the MicroPython client: ${played}, seed ${seed}; ${messages} messages and ${oversize} over the size taken from them, grown by ${growth} bytes`);
  assert.equal(played, STREAMS);
  assert.ok(messages > STREAMS / 10 && oversize > STREAMS / 200, 'the streams say too little');
  assert.ok(growth < GROWTH_LIMIT_BYTES, `${growth} bytes more are alive`);
});
