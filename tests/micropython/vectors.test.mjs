import assert from 'node:assert/strict';
import fs from 'node:fs';
import { test } from 'node:test';
import { boot } from '../../tools/micropython/host.mjs';

const root = new URL('../../', import.meta.url);
// The vectors that a device's own code has no part in: it parses only what was signed with its key.
const NOT_FOR_DEVICES = ['utf8'];

test('the agent passes the shared vectors on the real interpreter', async (t) => {
  const flash = { '/main.py': fs.readFileSync(new URL('tests/micropython/vectors.py', root)) };
  const copy = (folder, target) => {
    for (const name of fs.readdirSync(new URL(folder, root))) flash[`/${target}/${name}`] = fs.readFileSync(new URL(folder + name, root));
  };
  copy('device/micropython/edgemesh/', 'edgemesh');
  copy('shared/vectors/', 'vectors');
  const device = await boot({ flash, heap: 2 << 20 });
  const limit = setTimeout(() => device.powerOff(), 60000);
  const { end, output } = await device.finished;
  clearTimeout(limit);
  const counts = Object.fromEntries(output.filter((line) => line.startsWith('cases ')).map((line) => line.split(' ').slice(1)));
  const total = Object.values(counts).reduce((sum, count) => sum + Number(count), 0);
  t.diagnostic(`${total} checks: ${Object.entries(counts).map(([name, count]) => `${name} ${count}`).join(', ')}`);
  assert.deepEqual(output.filter((line) => line.startsWith('failed ')), []);
  assert.equal(end, 'ok', output.join('\n'));
  const files = fs.readdirSync(new URL('shared/vectors/', root)).filter((name) => name.endsWith('.json')).map((name) => name.slice(0, -5));
  assert.deepEqual(Object.keys(counts).sort(), files.filter((name) => !NOT_FOR_DEVICES.includes(name)).sort());
  for (const [name, count] of Object.entries(counts)) assert.ok(count > 0, `${name} has no case`);
});
