import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { run } from './board.mjs';

const DEVICE = fileURLToPath(new URL('../../../tools/micropython/device.mjs', import.meta.url));
const text = (flash, name) => flash[name]?.toString();

function folder(t, files) {
  const name = fs.mkdtempSync(path.join(os.tmpdir(), 'board-'));
  t.after(() => fs.rmSync(name, { recursive: true }));
  for (const [file, content] of Object.entries(files)) fs.writeFileSync(path.join(name, file), content);
  return name;
}

test('what was written survives kill -9', async (t) => {
  const flash = folder(t, { 'main.py': `
import os
os.mkdir('data')
with open('data/a', 'w') as f: f.write('closed')
with open('t', 'w') as f: f.write('renamed')
os.rename('t', 'data/b')
g = open('data/c', 'wb')
for i in range(200): g.write(bytes([i]) * 100)
g.seek(0); g.write(b'seek'); g.flush()
print('written')
while True: pass
` });
  const child = spawn(process.execPath, [DEVICE, '--flash', flash], { stdio: ['ignore', 'pipe', 'inherit'] });
  t.after(() => child.kill('SIGKILL'));
  for await (const line of createInterface({ input: child.stdout })) if (line === 'written') break;
  child.kill('SIGKILL');
  await once(child, 'exit');
  assert.deepEqual(fs.readdirSync(path.join(flash, 'data')).sort(), ['a', 'b', 'c']);
  assert.equal(fs.readFileSync(path.join(flash, 'data/a'), 'utf8'), 'closed');
  assert.equal(fs.readFileSync(path.join(flash, 'data/b'), 'utf8'), 'renamed');
  const expected = Buffer.concat([...Array(200).keys()].map((i) => Buffer.alloc(100, i)));
  expected.write('seek');
  assert.deepEqual(fs.readFileSync(path.join(flash, 'data/c')), expected);
});

test('SIGTERM ends the device at once, and exit codes are as documented', async (t) => {
  const exit = async (main, ...more) => {
    const child = spawn(process.execPath, [DEVICE, '--flash', folder(t, { 'main.py': main }), ...more], { stdio: ['ignore', 'pipe', 'ignore'] });
    t.after(() => child.kill('SIGKILL'));
    child.stdout.on('data', (data) => { if (data.includes('ready')) child.kill('SIGTERM'); });
    const [code, signal] = await once(child, 'exit');
    return code ?? signal;
  };
  assert.equal(await exit("print('ready')\nwhile True: pass"), 'SIGTERM');
  assert.equal(await exit('pass'), 0);
  assert.equal(await exit('1/0'), 1);
  assert.equal(await exit('import machine\nmachine.reset()', '--no-reboot'), 12);
  assert.equal(await exit('import machine\nmachine.WDT(timeout=20)\nwhile True: pass', '--no-reboot'), 13);
});

/** Cuts power at every mutating call of a program, in each manner, and gives what each cut left of /active. */
async function cutEverywhere(main) {
  const flash = { '/active': 'old' };
  const { end, calls, flash: whole } = await run(main, { flash });
  assert.equal(end, 'ok');
  assert.equal(text(whole, '/active'), 'newer');
  assert.ok(calls > 2);
  const left = [];
  for (let at = 1; at <= calls; at++) {
    for (const cut of [{ at, written: 0 }, { at, written: 2 }, { at, unflushed: 'lost' }]) {
      const result = await run(main, { flash, cut });
      assert.equal(result.end, 'cut');
      left.push(text(result.flash, '/active'));
    }
  }
  return left;
}

test('a file replaced by write and rename is old or new, wherever power is cut', async () => {
  const left = await cutEverywhere("import os\nwith open('t', 'w') as f: f.write('newer')\nos.rename('t', '/active')");
  // The rename is the last call, and each cut comes before its call takes effect: none of them sees the new content.
  assert.deepEqual([...new Set(left)], ['old']);
});

test('a file replaced in place is torn by some power cut', async () => {
  const left = new Set(await cutEverywhere("with open('active', 'w') as f: f.write('newer')"));
  assert.ok(left.has('') && left.has('ne') && left.has('newer'), [...left].join());
});

test('writes to a full flash raise ENOSPC and leave the file as it was, calls that need no room do not fail, and room may come back', async () => {
  // Its calls: open, write, write, close, remove, open, write, close.
  const main = `
import os
f = open('a', 'wb')
for data in (b'one', b'two'):
    try: f.write(data)
    except OSError as e: print('errno', e.errno)
f.close()
os.remove('old')
with open('b', 'wb') as f:
    try: f.write(b'three')
    except OSError as e: print('errno', e.errno)
`;
  const outcome = async (full) => {
    const { output, flash } = await run(main, { flash: { '/old': 'old' }, full });
    return [output.filter((line) => line === 'errno 28').length, text(flash, '/a'), text(flash, '/b'), '/old' in flash];
  };
  assert.deepEqual(await outcome(undefined), [0, 'onetwo', 'three', false]);
  assert.deepEqual(await outcome({ at: 1 }), [3, '', '', false]);
  assert.deepEqual(await outcome({ at: 3 }), [2, 'one', '', false]);
  assert.deepEqual(await outcome({ at: 3, count: 4 }), [1, 'one', 'three', false]);
});
