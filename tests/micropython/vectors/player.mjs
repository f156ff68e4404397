// Plays files of vectors on the real interpreter, against the agent's own modules.
import fs from 'node:fs';
import { boot } from '../../../tools/micropython/host.mjs';

const HERE = new URL('./', import.meta.url);
const ROOT = new URL('../../../', import.meta.url);
const LIMIT_MS = 60000;

/** The files of a folder, name to bytes, whose names end so. */
export const filesOf = (folder, end = '') =>
  Object.fromEntries(fs.readdirSync(folder).filter((name) => name.endsWith(end)).map((name) => [name, fs.readFileSync(new URL(name, folder))]));

/** The shared vectors. */
export const sharedVectors = () => filesOf(new URL('shared/vectors/', ROOT), '.json');

const placed = (files, folder) => Object.fromEntries(Object.entries(files).map(([name, bytes]) => [`${folder}/${name}`, bytes]));

/**
 * Plays vectors, { 'name.json': bytes }.
 * @returns how it ended, what was printed, and how many checks each file took: { end, output, counts: { name: count } }
 */
export async function play(vectors) {
  const flash = { ...placed(filesOf(HERE, '.py'), ''), ...placed(filesOf(new URL('device/micropython/edgemesh/', ROOT), '.py'), '/edgemesh'), ...placed(vectors, '/vectors') };
  const device = await boot({ flash, heap: 2 << 20 });
  const limit = setTimeout(() => device.powerOff(), LIMIT_MS);
  const { end, output } = await device.finished;
  clearTimeout(limit);
  const counts = Object.fromEntries(output.filter((line) => line.startsWith('cases ')).map((line) => line.split(' ').slice(1)).map(([name, count]) => [name, Number(count)]));
  return { end, output, counts };
}
