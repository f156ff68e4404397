// Random scenarios, of which the C# implementation says what must come, played by the MicroPython one on the real interpreter.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { filesOf, play } from './player.mjs';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const generator = path.join(root, 'tools/EdgeMesh.VectorGenerator/bin/Release/net10.0/EdgeMesh.VectorGenerator.dll');
const seed = process.env.EDGEMESH_SEED ?? '1';
const SCENARIOS = 2000;
const SHOWN_CHARACTERS = 900;

/** The first difference of each scenario: what follows it proves nothing. */
function firstDifferences(output) {
  const first = new Map();
  for (const line of output.filter((l) => l.startsWith('failed '))) {
    const scenario = /^failed \S+: scenario \d+/.exec(line)?.[0] ?? line;
    if (!first.has(scenario)) first.set(scenario, line.length > SHOWN_CHARACTERS ? `${line.slice(0, SHOWN_CHARACTERS)} ...` : line);
  }
  return [...first.values()];
}

test('the MicroPython implementation does what the C# one does in random scenarios', async () => {
  assert.ok(fs.existsSync(generator), `${generator} is missing; run tools/build`);
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'differential-'));
  let made;
  let batches;
  try {
    made = JSON.parse(execFileSync('dotnet', [generator, seed, String(SCENARIOS), folder], { encoding: 'utf8', timeout: 30000 }));
    batches = fs.readdirSync(folder).map((batch) => filesOf(pathToFileURL(`${folder}/${batch}/`)));
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
  console.log(`measured: effects and outcomes: ${Object.entries(made.tally).map(([kind, count]) => `${kind} ${count}`).join(', ')}`);
  assert.deepEqual(Object.entries(made.tally).filter(([, count]) => count === 0), [], `seed ${seed}: the scenarios never got to these`);

  const output = [];
  let checked = 0;
  for (const vectors of batches) {
    const played = await play(vectors);
    assert.equal(played.end, 'ok', `seed ${seed}: ${played.output.slice(-20).join('\n').slice(-4000)}`);
    assert.deepEqual(Object.keys(played.counts).map((name) => `${name}.json`).sort(), Object.keys(vectors).sort(), 'every file of vectors was played');
    output.push(...played.output);
    checked += Object.values(played.counts).reduce((sum, count) => sum + count, 0);
  }
  const differences = firstDifferences(output);
  assert.equal(differences.length, 0, `seed ${seed}, ${differences.length} scenarios differ (MicroPython instead of C#):\n${differences.slice(0, 12).join('\n')}`);

  console.log(`counted: ${made.scenarios} scenarios, ${made.steps} steps, seed ${seed} (${checked} checks)`);
  assert.ok(made.scenarios >= SCENARIOS * 0.95 && checked >= made.steps);
});
