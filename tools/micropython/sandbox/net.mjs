// What leaves the device and what comes in: the agent's edgemesh module, a scripted broker, scripted answers to requests.
import { ERRNO } from './errno.mjs';

const PAYLOAD_BYTES = 20000;
const TEXT_SHOWN = 500;

export class Net {
  #run;
  #handlers = new Map();
  #commands = [];
  #subscriptions = [];
  #messages = [];

  constructor(run) { this.#run = run; }

  reset() {
    this.#handlers.clear();
    this.#commands.length = this.#subscriptions.length = this.#messages.length = 0;
  }

  command({ name, data }) {
    if (!this.#handlers.has(name)) { this.#run.recorder.warn(`The command "${name}" came, and the program has no handler for it.`); return; }
    this.#commands.push(JSON.stringify(data ?? {}));
    this.#run.interrupts.add(this.#handlers.get(name));
  }

  deliver(topic, payload) {
    if (this.#run.world.broker && this.#subscriptions.some((filter) => matches(filter, topic))) this.#messages.push([topic, payload]);
  }

  calls() {
    const { world, recorder } = this.#run;
    return {
      publish: ['ss', (kind, json) => this.#publish(kind, json)],
      log: ['s', (text) => { recorder.publish('log', { payload: text.slice(0, TEXT_SHOWN) }, world.broker); return world.broker; }],
      on_command: ['sn', (name, key) => { this.#handlers.set(name, key); }],
      command_data: ['', () => this.#commands.shift() ?? '{}'],
      response: ['s', (json) => recorder.publish('response', { payload: json.slice(0, TEXT_SHOWN) }, world.broker)],
      wifi: ['', () => world.wifi],
      mqtt_connect: ['', () => (world.broker ? 0 : -(world.wifi ? ERRNO.ECONNRESET : ERRNO.EHOSTUNREACH))],
      mqtt_publish: ['ss', (topic, payload) => {
        recorder.publish('mqtt', { topic: topic.slice(0, TEXT_SHOWN), payload: payload.slice(0, TEXT_SHOWN), values: valuesOf(topic, payload) }, world.broker);
        return world.broker ? 0 : -ERRNO.ECONNRESET;
      }],
      mqtt_subscribe: ['s', (filter) => { this.#subscriptions.push(filter); return world.broker ? 0 : -ERRNO.ECONNRESET; }],
      /** 'topic\0payload' of the next message, or ''; an error number where the broker is gone. */
      mqtt_receive: ['', () => (world.broker ? this.#messages.shift()?.join('\0') ?? '' : `${-ERRNO.ECONNRESET}`)],
      /** 'status body', or an error number. */
      request: ['sss', (method, url, body) => this.#request(method, url, body)],
    };
  }

  #publish(kind, json) {
    const { world, recorder } = this.#run;
    // MicroPython writes what JSON does not know.
    const strict = json.replace(/(?<=[[:, ])(nan|-?inf)(?=[,\]} ]|$)/g, 'null');
    if (strict !== json) recorder.warn('Not-a-number or infinity was published, which JSON cannot say.');
    let values;
    try { values = JSON.parse(strict); } catch { recorder.warn('What was published is no JSON.'); return false; }
    if (json.length > PAYLOAD_BYTES) { recorder.warn(`A message of ${json.length} bytes was published; the limit is ${PAYLOAD_BYTES}.`); return false; }
    recorder.publish(kind, { values }, world.broker);
    return world.broker;
  }

  #request(method, url, body) {
    const { world, recorder } = this.#run, answer = world.answers.get(url);
    const entry = { method, url: url.slice(0, TEXT_SHOWN), ...(body ? { body: body.slice(0, TEXT_SHOWN) } : {}) };
    recorder.request({ ...entry, status: world.wifi && answer ? answer.status : 0 });
    if (!answer) recorder.warn(`${method} ${entry.url} has no scripted answer.`);
    return world.wifi && answer ? `${answer.status} ${answer.body}` : `${world.wifi ? -ERRNO.ECONNRESET : -ERRNO.EHOSTUNREACH}`;
  }
}

/** What a message says, as members: an object's own, or the last level of the topic with a plain value. */
function valuesOf(topic, payload) {
  let value = payload;
  try { value = JSON.parse(payload); } catch { /* Text is a value too. */ }
  return value !== null && typeof value === 'object' && !Array.isArray(value) ? value : { [topic.split('/').at(-1)]: value };
}

function matches(filter, topic) {
  const f = filter.split('/'), t = topic.split('/');
  return f.every((level, i) => (level === '#' && i === f.length - 1) || (level === '+' && i < t.length) || level === t[i])
    && (f.at(-1) === '#' || f.length === t.length);
}
