// A worker for one dry run: boots, says so in a line, takes a job as a line of standard input, answers in a line, and ends.
import fs from 'node:fs';
import { compile } from './compiler.mjs';
import { DryRun } from './dryrun.mjs';

/** Largest job, in bytes: source and scenario. */
const JOB_BYTES = 1 << 20;

const say = (message) => {
  const line = Buffer.from(`${JSON.stringify(message)}\n`);
  for (let at = 0; at < line.length;) {
    try { at += fs.writeSync(1, line, at); } catch (error) { if (error.code !== 'EAGAIN') throw error; }
  }
};

// A rehearsal, so that what a run needs is compiled when the job comes.
const REHEARSAL = `
import time, edgemesh, dht
from machine import Pin
sensor = dht.DHT22(Pin(4))
relay = Pin(26, Pin.OUT, value=0)
def loop():
    try:
        sensor.measure()
        edgemesh.publish(temperature=sensor.temperature(), humidity=sensor.humidity())
        relay.value(sensor.temperature() > 28)
    except OSError as e:
        edgemesh.log('sensor: %r' % e)
    time.sleep(30)
`;
const REHEARSED = { duration_s: 3600, inputs: [{ pin: 4, sensor: 'dht22', temperature_c: 20 }, { at_s: 1800, pin: 4, fault: 'timeout' }],
  expect: [{ publishes: 'temperature', every_s: 30 }, { pin: 26, level: 1 }] };

compile(REHEARSAL);
await (await new DryRun().boot()).run(REHEARSAL, REHEARSED);
const run = await new DryRun().boot();
say({ ready: true, node: process.versions.node });
let text = '';
process.stdin.setEncoding('utf8');
for await (const chunk of process.stdin) {
  text += chunk;
  if (text.includes('\n') || text.length > JOB_BYTES) break;
}
// Without a job it was started in vain.
if (!text.includes('\n')) process.exit(0);
const { source, scenario, wall_ms } = JSON.parse(text);
// Without a scenario the program is only compiled.
const compiled = compile(source);
say(scenario ? { ...await run.run(source, scenario, wall_ms), compiled } : { ok: true, verdict: 'It was compiled only.', duration_s: 0, ended: 'returned', compiled });
process.exit(0);
