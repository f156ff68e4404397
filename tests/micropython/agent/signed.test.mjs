// A device with a pinned publisher key takes only what that key, or the one it handed over to, signed.
import assert from 'node:assert/strict';
import { generateKeyPairSync, sign } from 'node:crypto';
import { test } from 'node:test';
import { deliver, program, rig } from './rig.mjs';

const b64 = (data) => Buffer.from(data).toString('base64url');

function publisher() {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const key = Buffer.from(publicKey.export({ format: 'jwk' }).x, 'base64url').toString('hex');
  return { key, sign: (data) => b64(sign(null, Buffer.from(data), privateKey)) };
}

/** What the offer of a manifest says of who signed it. */
const signedBy = (who, keys) => (manifest) => ({ signature: who.sign(Buffer.from(manifest, 'base64url')), publisher: who.key, ...(keys && { keys }) });

function statement(by, next, sequence) {
  const text = JSON.stringify({ by: by.key, key: next.key, kinds: ['micropython-app'], sequence });
  return `${b64(text)}.${by.sign(`edgemesh key statement\0${text}`)}`;
}

const rejected = async (it, session, code) => {
  const body = await it.hub.waitFor('ota/reject', (reject) => reject.session === session);
  assert.equal(body.code, code, body.reason);
  assert.ok(body.reason.length > 0);
};

const pinned = (t, old, more = {}) => rig(t, { settings: { publishers: [{ key: old.key, kinds: ['micropython-app'] }] }, ...more });

test('signed by the pinned key it is confirmed; unsigned, by a stranger, altered, expired or old it is rejected', async (t) => {
  const old = publisher(), stranger = publisher(), it = await pinned(t, old);
  await it.hub.waitFor('info');
  it.hub.offer(program('first'), { session: 1, sequence: 5 });
  await rejected(it, 1, 'signature_required');
  it.hub.offer(program('first'), { session: 2, sequence: 5, signed: signedBy(stranger) });
  await rejected(it, 2, 'publisher_untrusted');
  it.hub.offer(program('first'), { session: 3, sequence: 5, signed: () => ({ signature: stranger.sign('another manifest'), publisher: old.key }) });
  await rejected(it, 3, 'signature_invalid');
  const before = { ...it.hub.offer(program('first'), { session: 4, sequence: 5, signed: signedBy(old), manifest: { expires: 1700000000 } }) };
  assert.ok(before.offer.signature);
  await rejected(it, 4, 'manifest_expired');
  assert.ok(!it.hub.messages.some((message) => message.kind === 'ota/accept'));
  assert.equal((await deliver(it, program('first', 9000), { session: 5, sequence: 5, signed: signedBy(old), manifest: { expires: 1900000000 } })).state, 'confirmed');
  it.hub.offer(program('first'), { session: 6, sequence: 5, signed: signedBy(old) });
  await rejected(it, 6, 'sequence_not_above');
});

test('a key handed over by a chain is taken, and the old one no more once its image is confirmed, also after a power cut', async (t) => {
  const old = publisher(), next = publisher(), stranger = publisher(), it = await pinned(t, old);
  await it.hub.waitFor('info');
  const chain = [statement(old, next, 7)];
  assert.equal((await deliver(it, program('first'), { session: 1, sequence: 5, signed: signedBy(old) })).state, 'confirmed');
  it.hub.offer(program('second'), { session: 2, sequence: 6, signed: signedBy(next) });
  await rejected(it, 2, 'publisher_untrusted');
  assert.equal((await deliver(it, program('second'), { session: 3, sequence: 6, signed: signedBy(next, chain) })).state, 'confirmed');
  await it.device.powerOff();
  const from = it.hub.messages.length;
  it.hub.transfer = null;
  await it.powerOn();
  await it.hub.waitFor('info', undefined, { from });
  it.hub.offer(program('third'), { session: 4, sequence: 7, signed: signedBy(old) });
  await rejected(it, 4, 'publisher_untrusted');
  it.hub.offer(program('third'), { session: 5, sequence: 7, signed: signedBy(stranger, [statement(old, stranger, 99)]) });
  await rejected(it, 5, 'publisher_untrusted');
  assert.equal((await deliver(it, program('third'), { session: 6, sequence: 7, signed: signedBy(next) })).state, 'confirmed');
});

test('a program that is rolled back hands no key over', async (t) => {
  const old = publisher(), next = publisher(), it = await pinned(t, old);
  await it.hub.waitFor('info');
  assert.equal((await deliver(it, 'raise ValueError("broken")\n', { session: 1, sequence: 5, signed: signedBy(next, [statement(old, next, 7)]) })).state, 'rolled_back');
  assert.equal((await deliver(it, program('first'), { session: 2, sequence: 6, signed: signedBy(old) })).state, 'confirmed');
});

test('a heap of 108 KiB is enough to check a signature beside a program, and a chain of three', async (t) => {
  const keys = [publisher(), publisher(), publisher(), publisher()], it = await pinned(t, keys[0], { device: { heap: 108 * 1024 } });
  await it.hub.waitFor('info');
  const chain = [1, 2, 3].map((i) => statement(keys[i - 1], keys[i], i));
  assert.equal((await deliver(it, program('first', 9000), { session: 1, signed: signedBy(keys[0]) })).state, 'confirmed');
  assert.equal((await deliver(it, program('second', 20000), { session: 2, signed: signedBy(keys[3], chain) })).state, 'confirmed');
  assert.ok(!it.device.output.some((line) => line.includes('MemoryError')), it.device.output.join('\n'));
});

test('a publisher that cannot be read stops the agent: it must not go on without one', async (t) => {
  const it = await rig(t, { settings: { publishers: [{ key: 'abc', kinds: ['micropython-app'] }] }, hub: false });
  await it.device.waitForLine(/edgemesh\.json.*key/);
});
