// The way to the simulation: a question goes out on standard output, and this thread stands still until the answer is on standard input.
//
// Question: length u32, number u8, fed u8, flags u8, words (each length u32 and bytes). Answer: length u32, status i32, time f64 in ms,
// spell u8 (host calls that the memory stays short for), waiting u8, connected u8, payload. Little-endian.
import fs from 'node:fs';

export const QUESTIONS = ['ended', 'log', 'wait', 'sleep', 'busy', 'connect', 'subscribe', 'publish', 'receive', 'close', 'read', 'create', 'write', 'flush', 'remove',
  'rename', 'random', 'reset', 'runs', 'hang', 'cut_off', 'command', 'watchdog'];
/** Statuses below 0 are -errno, or one of these. */
export const OFF = -1000, NO_MEMORY = -1001, NOTHING = -1002;
const HEAD_BYTES = 4 + 8 + 3;

/** The board has no power any more: unwinds the interpreter. */
export class PowerOff extends Error {}

function readExactly(count) {
  const bytes = Buffer.allocUnsafe(count);
  for (let at = 0; at < count;) {
    const got = fs.readSync(0, bytes, at, count - at, null);
    // The simulation is gone.
    if (got === 0) process.exit(0);
    at += got;
  }
  return bytes;
}

/** The next frame from the simulation, without its length. */
export const readFrame = () => readExactly(readExactly(4).readUInt32LE(0));

function writeFrame(parts) {
  const frame = Buffer.concat(parts);
  for (let at = 0; at < frame.length;) at += fs.writeSync(1, frame, at);
}

export class Link {
  fed = 0;
  flags = 0;
  now_ms = 0;
  spell = 0;
  waiting = 0;
  connected = 0;
  payload = Buffer.alloc(0);
  /** What is to be thrown through the interpreter. */
  thrown;

  /** Asks; gives the status: 0 or more where it went well. */
  ask(question, ...words) {
    const parts = [Buffer.alloc(7)];
    for (const word of words) {
      const bytes = Buffer.from(word), length = Buffer.alloc(4);
      length.writeUInt32LE(bytes.length);
      parts.push(length, bytes);
    }
    parts[0].writeUInt32LE(parts.reduce((sum, part) => sum + part.length, -4));
    parts[0][4] = QUESTIONS.indexOf(question);
    parts[0][5] = this.fed;
    parts[0][6] = this.flags;
    this.fed = 0;
    writeFrame(parts);
    return this.#answer(readFrame());
  }

  #answer(frame) {
    const status = frame.readInt32LE(0);
    this.now_ms = frame.readDoubleLE(4);
    [this.spell, this.waiting, this.connected] = frame.subarray(12, HEAD_BYTES);
    this.payload = frame.subarray(HEAD_BYTES);
    if (status === OFF) this.thrown = new PowerOff();
    return status;
  }
}
