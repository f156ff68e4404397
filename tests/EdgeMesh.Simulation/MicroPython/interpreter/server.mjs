// Runs boards of the simulation, one after the other: a frame with what to boot comes in, then the board asks, until it has no power.
import { Instance } from './instance.mjs';
import { Link, PowerOff, readFrame } from './link.mjs';

const instances = new Map();

for (;;) {
  const { patches, configuration, reset_cause, now_ms, trace } = JSON.parse(readFrame());
  const key = JSON.stringify(patches);
  let held = instances.get(key);
  if (!held) {
    const link = new Link();
    // What comes before the first boot is the board's making, and of no interest.
    held = { link, print: () => {} };
    instances.set(key, held);
    held.instance = await Instance.load(link, patches, (line) => held.print(line));
  }
  const { link } = held;
  link.thrown = undefined;
  link.now_ms = now_ms;
  held.print = trace ? (line) => link.ask('log', line) : () => {};
  let end = 'main.py came to its end.';
  try {
    held.instance.boot(JSON.stringify(configuration), reset_cause);
  } catch (error) {
    end = error instanceof PowerOff ? undefined : String(error.message ?? error).trimEnd();
  }
  held.print = () => {};
  // Where it ended by itself it still has power, until the simulation takes that.
  if (end !== undefined) link.ask('ended', end);
}
