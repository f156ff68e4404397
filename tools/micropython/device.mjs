#!/usr/bin/env node
// Command: a powered ESP32 with a folder as its flash. See README.md.
import { parseArgs } from 'node:util';
import fs from 'node:fs';
import { boot } from './host.mjs';
import { flashPartitions } from './partitions.mjs';

const USAGE = 'usage: node device.mjs --flash DIR [--heap BYTES] [--speed FACTOR] [--id HEX12] [--no-reboot]';
/** Exit codes: main.py ended; it ended by an exception; bad arguments; the host itself failed; a reset under --no-reboot is 10 + machine.reset_cause(). */
const EXIT = { ok: 0, error: 1, usage: 64, fault: 70, watchdog: 13, hard: 12, deepsleep: 14, soft: 15 };

function fail(sentence) {
  process.stderr.write(`${sentence}\n${USAGE}\n`);
  process.exit(EXIT.usage);
}

function options() {
  try {
    const { values } = parseArgs({ options: { flash: { type: 'string' }, heap: { type: 'string', default: '131072' },
      speed: { type: 'string', default: '1' }, partitions: { type: 'string' }, id: { type: 'string' }, 'no-reboot': { type: 'boolean', default: false } } });
    return values;
  } catch (error) {
    return fail(error.message);
  }
}

const { flash, heap, speed, partitions, id, 'no-reboot': noReboot } = options();
if (!flash || !fs.statSync(flash, { throwIfNoEntry: false })?.isDirectory()) fail('--flash must name a folder that exists.');
if (!(Number.isInteger(+heap) && +heap >= 16384 && +heap <= 4 << 20)) fail('--heap must be 16384 to 4194304 bytes.');
if (!(+speed > 0 && +speed <= 1000)) fail('--speed must be above 0 and at most 1000.');
if (id !== undefined && !/^[0-9a-f]{12}$/.test(id)) fail('--id must be 12 hex digits.');

if (partitions !== undefined) {
  if (!fs.statSync(partitions, { throwIfNoEntry: false })?.isDirectory()) fail('--partitions must name a folder that exists.');
  if (fs.readdirSync(partitions).length === 0) flashPartitions(partitions);
}

const device = await boot({ flash, heap: +heap, speed: +speed, partitions, uniqueId: id, reboot: !noReboot });
device.on('line', (line) => fs.writeSync(1, `${line}\n`));
device.on('reset', (cause) => process.stderr.write(`reset: ${cause}\n`));
const { end, cause } = await device.finished;
process.exit(end === 'reset' ? EXIT[cause] : EXIT[end]);
