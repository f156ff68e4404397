// device/micropython/package.json: what mip installs is the agent.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { boot } from '../../../tools/micropython/host.mjs';

const ROOT = new URL('../../../device/micropython/', import.meta.url);
const description = JSON.parse(fs.readFileSync(new URL('package.json', ROOT)));
const agent = ['boot.py', 'main.py', ...fs.readdirSync(new URL('edgemesh/', ROOT)).filter((name) => name.endsWith('.py')).map((name) => `edgemesh/${name}`)].sort();

/**
 * What mip and `mpremote mip` do with a package.json of version 1: `hashes` come from an index by their hash, `urls` are [place below the target, source],
 * a source without a scheme is relative to the package.json, `deps` are packages themselves.
 */
function install(packageUrl, target, fetch) {
  const { hashes = [], urls = [], deps = [] } = JSON.parse(fetch(packageUrl));
  assert.deepEqual([hashes, deps], [[], []], 'an index is not needed');
  const base = packageUrl.slice(0, packageUrl.lastIndexOf('/'));
  return Object.fromEntries(urls.map(([place, source]) => {
    const url = /^(https?:\/\/|codeberg:|github:|gitlab:)/.test(source) ? source : `${base}/${source}`;
    return [path.posix.join('/', `${target}/${place}`), fetch(url)];
  }));
}

test('package.json has every file of the agent and nothing else, by relative sources', () => {
  assert.equal(description.v, 1);
  assert.deepEqual(description.urls.map(([place]) => place).sort(), agent);
  for (const [place, source] of description.urls) assert.equal(source, place);
  const { VERSION } = /^VERSION = '(?<VERSION>[^']+)'$/m.exec(fs.readFileSync(new URL('edgemesh/agent.py', ROOT), 'utf8')).groups;
  assert.equal(description.version, VERSION);
});

for (const [from, target] of [['https://example.net/agent/package.json', '/'], ['github:owner/edgemesh/device/micropython/package.json', '']]) {
  test(`what mip installs from ${from} with target "${target}" is the agent, and it starts`, async () => {
    const base = from.slice(0, from.lastIndexOf('/') + 1);
    const flash = install(from, target, (url) => { assert.ok(url.startsWith(base)); return fs.readFileSync(new URL(url.slice(base.length), ROOT)); });
    assert.deepEqual(Object.keys(flash).sort(), agent.map((name) => `/${name}`));
    const device = await boot({ flash });
    await device.waitForLine(/edgemesh.json is missing; copy there/);
    await device.powerOff();
  });
}
