import assert from 'node:assert/strict';
import fs from 'node:fs';
import { test } from 'node:test';
import { boot } from '../../../tools/micropython/host.mjs';
import { play, sharedVectors } from './player.mjs';

const root = new URL('../../../', import.meta.url);
// The vectors that a device's own code has no part in: it parses only what was signed with its key.
const NOT_FOR_DEVICES = ['utf8'];

test('the agent passes the shared vectors on the real interpreter', async () => {
  const vectors = sharedVectors();
  const { end, output, counts } = await play(vectors);
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
  console.log(`counted: ${total} checks of the shared vectors: ${Object.entries(counts).map(([name, count]) => `${name} ${count}`).join(', ')}`);
  for (const line of output.filter((text) => text.startsWith('took '))) console.log(`measured: interpreter: ${line}`);
  assert.deepEqual(output.filter((line) => line.startsWith('failed ')), []);
  assert.equal(end, 'ok', output.join('\n'));
  const files = Object.keys(vectors).map((name) => name.slice(0, -5));
  assert.deepEqual(Object.keys(counts).sort(), files.filter((name) => !NOT_FOR_DEVICES.includes(name)).sort());
  for (const [name, count] of Object.entries(counts)) assert.ok(count > 0, `${name} has no case`);
});

// Enrolment comes beside the agent, whose peak is at the limit of a small heap: what the curve takes must be little, and all of it go again.
const ENROLMENT = `
import binascii, errno, hashlib, io, json, struct, sys, gc
import micropython
micropython.opt_level(3)
from edgemesh import crypto
def alive():
    gc.collect()
    return gc.mem_alloc()
start = alive()
def enrol():
    from edgemesh.cpace import CPace
    print('modules', alive() - start)
    side = CPace(True, b'Password', b'ci', b'sid', b'', bytes(32))
    most = 0
    while not side.step(300):
        most = max(most, alive())
    side.receive(bytes((9,)) + bytes(31), b'')
    while not side.step(300):
        most = max(most, alive())
    print('peak', most - start)
    assert side.tag
enrol()
for name in 'cpace', 'curve25519', 'sha512':
    del sys.modules['edgemesh.' + name]
    delattr(sys.modules['edgemesh'], name)
print('left', alive() - start)
`;

test('CPace takes less than 16 KiB of heap on a device and leaves nothing of it', async () => {
  const flash = { '/main.py': ENROLMENT };
  for (const name of ['__init__', 'crypto', 'cpace', 'curve25519', 'sha512']) {
    flash[`/edgemesh/${name}.py`] = fs.readFileSync(new URL(`device/micropython/edgemesh/${name}.py`, root));
  }
  const device = await boot({ flash, heap: 72 * 1024 });
  const limit = setTimeout(() => device.powerOff(), 60000);
  const { end, output } = await device.finished;
  clearTimeout(limit);
  assert.equal(end, 'ok', output.join('\n'));
  const of = (word) => Number(output.find((line) => line.startsWith(word + ' ')).split(' ')[1]);
  console.log(`measured: CPace on MicroPython: modules ${of('modules')}, at most ${of('peak')} bytes alive, ${of('left')} left afterwards`);
  assert.ok(of('peak') < 16 * 1024 && of('left') < 1024);
});
