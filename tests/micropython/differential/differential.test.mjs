// Random scenarios, of which the C# implementation says what must come, played by the MicroPython one on the real interpreter.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { boot } from '../../../tools/micropython/host.mjs';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const generator = path.join(root, 'tools/EdgeMesh.VectorGenerator/bin/Release/net10.0/EdgeMesh.VectorGenerator.dll');
const seed = process.env.EDGEMESH_SEED ?? '1';
const SCENARIOS = 2000;
const SHOWN_CHARACTERS = 900;

const read = (folder) => Object.fromEntries(fs.readdirSync(folder).map((name) => [name, fs.readFileSync(path.join(folder, name))]));
const placed = (files, folder) => Object.fromEntries(Object.entries(files).map(([name, bytes]) => [`/${folder}/${name}`, bytes]));

/** The first difference of each scenario: what follows it proves nothing. */
function firstDifferences(output) {
  const first = new Map();
  for (const line of output.filter((l) => l.startsWith('failed '))) {
    const scenario = /^failed \S+: scenario \d+/.exec(line)?.[0] ?? line;
    if (!first.has(scenario)) first.set(scenario, line.length > SHOWN_CHARACTERS ? `${line.slice(0, SHOWN_CHARACTERS)} ...` : line);
  }
  return [...first.values()];
}

/** Plays a folder of vectors and gives the lines printed. */
async function play(vectors) {
  const flash = { '/main.py': fs.readFileSync(path.join(root, 'tests/micropython/vectors/vectors.py')),
    ...placed(read(path.join(root, 'device/micropython/edgemesh')), 'edgemesh'), ...placed(vectors, 'vectors') };
  const device = await boot({ flash, heap: 2 << 20 });
  const limit = setTimeout(() => device.powerOff(), 60000);
  const { end, output } = await device.finished;
  clearTimeout(limit);
  assert.equal(end, 'ok', `seed ${seed}: ${output.slice(-20).join('\n').slice(-4000)}`);
  const files = output.filter((line) => line.startsWith('cases ')).map((line) => `${line.split(' ')[1]}.json`);
  assert.deepEqual(files.sort(), Object.keys(vectors).sort(), 'every file of vectors was played');
  return output;
}

test('the MicroPython implementation does what the C# one does in random scenarios', async () => {
  assert.ok(fs.existsSync(generator), `${generator} is missing; run tools/build`);
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'differential-'));
  let made;
  let batches;
  try {
    made = JSON.parse(execFileSync('dotnet', [generator, seed, String(SCENARIOS), folder], { encoding: 'utf8', timeout: 30000 }));
    batches = fs.readdirSync(folder).map((batch) => read(path.join(folder, batch)));
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
  console.log(`measured: effects and outcomes: ${Object.entries(made.tally).map(([kind, count]) => `${kind} ${count}`).join(', ')}`);
  assert.deepEqual(Object.entries(made.tally).filter(([, count]) => count === 0), [], `seed ${seed}: the scenarios never got to these`);

  const output = [];
  for (const vectors of batches) output.push(...await play(vectors));
  const differences = firstDifferences(output);
  assert.equal(differences.length, 0, `seed ${seed}, ${differences.length} scenarios differ (MicroPython instead of C#):\n${differences.slice(0, 12).join('\n')}`);

  const checks = output.filter((line) => line.startsWith('cases ')).map((line) => line.split(' '));
  const checked = checks.reduce((sum, [, , count]) => sum + Number(count), 0);
  console.log(`counted: ${made.scenarios} scenarios, ${made.steps} steps, seed ${seed} (${checked} checks)`);
  assert.ok(made.scenarios >= SCENARIOS * 0.95 && checked >= made.steps);
});
