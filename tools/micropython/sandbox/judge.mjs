// Holds the expectations of a scenario against what was recorded, and says in a sentence what came of each.
import { gaps, seconds } from './recorder.mjs';

const US = 1e6;
/** How a run may end for the program to be well. */
const WELL = new Set(['duration', 'returned', 'deepsleep']);

export function judge(report, recorder, scenario, why) {
  const end_us = report.duration_s * US, run = { report, recorder, scenario, end_us };
  report.expectations = scenario.expect.map((expect) => ({ expect, ...one(expect, run) }));
  const unmet = report.expectations.filter((e) => !e.met);
  const uncaught = report.exceptions.length > 0 && !scenario.expect.some((e) => e.exceptions !== undefined);
  const tooLarge = report.heap_peak_bytes > scenario.heap_bytes;
  report.ok = WELL.has(report.ended) && unmet.length === 0 && !uncaught && !tooLarge;
  report.verdict = verdict({ report, unmet, uncaught, tooLarge, scenario, why });
  return report;
}

function verdict({ report, unmet, uncaught, tooLarge, scenario, why }) {
  const met = scenario.expect.length, ran = `The program ran ${report.duration_s} s`;
  if (!WELL.has(report.ended)) return `The program ended after ${report.duration_s} s (${report.ended}). ${why}`;
  if (tooLarge) return `${ran}, and held ${report.heap_peak_bytes} bytes where the device has ${scenario.heap_bytes}.`;
  if (uncaught) return `${ran}, and raised ${report.exceptions[0].type} in a callback: ${report.exceptions[0].message}`;
  if (unmet.length > 0) return `${ran}, and did not meet ${unmet.length} of ${met} expectations. ${unmet[0].sentence}`;
  return met > 0 ? `${ran} and met ${met === 1 ? 'its one expectation' : `all ${met} expectations`}.` : `${ran}; nothing was expected of it.`;
}

function one(expect, run) {
  for (const [member, judgement] of Object.entries(JUDGEMENTS)) {
    if (expect[member] !== undefined) return said(...judgement(expect, run));
  }
  return said(false, 'This expectation is of no kind that can be judged');
}

const said = (met, sentence) => ({ met, sentence: `${sentence}.` });
const atMost = (value, limit, what, unit) => [value <= limit, `${what} was ${value}${unit}, where ${limit}${unit} is the most`];

const JUDGEMENTS = {
  publishes: published,
  level: (expect, run) => (expect.always ? always(expect, run) : sometime(expect, run, segments(run, expect.pin, 'out', (v) => v),
    (v) => v === expect.level, `pin ${expect.pin} at ${expect.level}`)),
  duty_percent: (expect, run) => sometime(expect, run, duties(expect, run),
    (v) => Math.abs(v - expect.duty_percent) <= (expect.tolerance ?? 1), `pin ${expect.pin} at a duty of ${expect.duty_percent} %`),
  pulse_us: (expect, run) => sometime(expect, run, segments(run, expect.pin, 'pwm', (duty, hz) => duty * 10000 / hz),
    (v) => Math.abs(v - expect.pulse_us) <= (expect.tolerance_us ?? 20), `pulses of ${expect.pulse_us} µs on pin ${expect.pin}`),
  neopixel: (expect, run) => sometime(expect, run, segments(run, expect.neopixel, 'neopixel', (v) => v),
    (v) => (v > 0) === expect.lit, `the pixels on pin ${expect.neopixel} ${expect.lit ? 'lit' : 'dark'}`),
  deepsleep_s: (expect, { recorder }) => {
    const slept = recorder.deepsleeps_us, wrong = slept.find((us) => Math.abs(us / US - expect.deepsleep_s) > (expect.tolerance_s ?? 1));
    if (slept.length === 0) return [false, `There was no deep sleep, where ${expect.deepsleep_s} s were expected`];
    return wrong === undefined ? [true, `There were ${slept.length} deep sleeps of ${expect.deepsleep_s} s`] : [false, `There was a deep sleep of ${seconds(wrong)} s, where ${expect.deepsleep_s} s were expected`];
  },
  exceptions: (expect, { report }) => [report.exceptions.length <= expect.exceptions,
    `There were ${report.exceptions.length} exceptions that the program did not catch${report.exceptions[0] ? `, first ${report.exceptions[0].type} in line ${report.exceptions[0].line}` : ''}`],
  loop_period_s_max: (expect, { report, recorder, end_us }) => {
    if (report.loop.count > 1) return atMost(report.loop.period_s_max, expect.loop_period_s_max, 'The longest period of loop()', ' s');
    if (recorder.sleeps.count === 0) return [false, 'There was no loop() and no sleep to tell the period by'];
    return atMost(seconds(Math.max(recorder.sleeps.gap_us, end_us - recorder.sleeps.last_us)), expect.loop_period_s_max, 'The longest time between two sleeps', ' s');
  },
  heap_peak_bytes_max: (expect, { report }) => atMost(report.heap_peak_bytes, expect.heap_peak_bytes_max, 'The most that was alive in memory', ' bytes'),
};

/** [from, to, value] of a pin over the whole run; before its first record it counts as low or dark. */
function segments({ recorder, end_us }, pin, kind, value) {
  const series = recorder.series.get(`${pin} ${kind}`);
  if (!series) return [];
  const all = series.at_us[0] > 0 ? [[0, series.at_us[0], 0]] : [];
  series.at_us.forEach((at, i) => {
    const v = value(series.values[i], ...series.parts[i]), last = all.at(-1);
    if (last && last[2] === v) last[1] = series.at_us[i + 1] ?? end_us;
    else all.push([at, series.at_us[i + 1] ?? end_us, v]);
  });
  return all;
}

// A pin that is plainly on or off has a duty too.
function duties(expect, run) {
  const pwm = segments(run, expect.pin, 'pwm', (v) => v);
  return pwm.length > 0 ? pwm : segments(run, expect.pin, 'out', (v) => v * 100);
}

function sometime(expect, run, all, holds, what) {
  const from_us = (expect.from_s ?? 0) * US, to_us = expect.within_s === undefined ? run.end_us : from_us + expect.within_s * US;
  if (all.length === 0) return [false, `Never seen, nor anything else at that pin: ${what}`];
  const found = all.find(([start, end, v]) => holds(v) && end > from_us && Math.max(start, from_us) <= to_us
    && end >= Math.min(Math.max(start, from_us) + (expect.hold_s ?? 0) * US, run.end_us));
  const window = `between ${seconds(from_us)} s and ${seconds(Math.min(to_us, run.end_us))} s${expect.hold_s ? ` for ${expect.hold_s} s` : ''}`;
  if (found) return [true, `Seen at ${seconds(Math.max(found[0], from_us))} s, as expected ${window}: ${what}`];
  const next = all.find(([start, , v]) => holds(v) && start > to_us);
  return [false, `Not seen ${window}: ${what}${next ? `; it came at ${seconds(next[0])} s` : ''}`];
}

function always(expect, run) {
  const from_us = (expect.from_s ?? 0) * US, to_us = Math.min((expect.to_s ?? Infinity) * US, run.end_us);
  const all = segments(run, expect.pin, 'out', (v) => v);
  if (all.length === 0) return [expect.level === 0, `Pin ${expect.pin} was never an output`];
  const wrong = all.find(([start, end, v]) => v !== expect.level && start < to_us && end > from_us);
  const window = `from ${seconds(from_us)} s to ${seconds(to_us)} s`;
  return wrong ? [false, `Pin ${expect.pin} was not at ${expect.level} throughout, ${window}: at ${seconds(Math.max(wrong[0], from_us))} s it was at ${wrong[2]}`]
    : [true, `Pin ${expect.pin} was at ${expect.level} ${window}`];
}

function published(expect, run) {
  const name = expect.publishes;
  const from_us = (expect.from_s ?? 0) * US;
  const window_us = expect.within_s === undefined ? Infinity : from_us + expect.within_s * US;
  const of = (kind) => run.recorder.publishes.filter((p) => p.kind === kind && p.values && Object.hasOwn(p.values, name));
  // The same reading often goes out as telemetry and as state: one of them tells the rhythm.
  const all = ['telemetry', 'state', 'mqtt'].map(of).find((list) => list.length > 0) ?? [];
  const inWindow = all.filter((p) => p.at_us >= from_us && p.at_us <= window_us);
  if (expect.every_s !== undefined) return rhythm(expect, run, all, from_us);
  const when = `between ${seconds(from_us)} s and ${seconds(Math.min(window_us, run.end_us))} s`;
  if (expect.value !== undefined) {
    const hit = ['telemetry', 'state', 'mqtt'].flatMap(of).find((p) => p.at_us >= from_us && p.at_us <= window_us && near(p.values[name], expect));
    if (hit) return [true, `${name} was published as ${JSON.stringify(hit.values[name])} at ${seconds(hit.at_us)} s`];
    return [false, `${name} was not published as ${JSON.stringify(expect.value)} ${when}${inWindow.length > 0 ? `; it was ${JSON.stringify(inWindow.at(-1).values[name])}` : ', nor as anything else'}`];
  }
  const { at_least = expect.at_most === undefined ? 1 : 0, at_most = Infinity } = expect;
  const wanted = at_most < Infinity ? `at most ${at_most}` : `at least ${at_least}`;
  return [inWindow.length >= at_least && inWindow.length <= at_most, `${name} was published ${inWindow.length} times ${when}, where ${wanted} were expected`];
}

function near(value, { value: wanted, tolerance = 0 }) {
  return typeof wanted === 'number' && typeof value === 'number' ? Math.abs(value - wanted) <= tolerance + 1e-9 : value === wanted;
}

function rhythm(expect, run, all, from_us) {
  const every_us = expect.every_s * US, tolerance_us = (expect.tolerance_s ?? 1) * US;
  const to_us = Math.min((expect.to_s ?? Infinity) * US, run.end_us);
  const times = all.map((p) => p.at_us).filter((at) => at >= from_us && at <= to_us);
  const name = expect.publishes, wanted = `every ${expect.every_s} s was expected`;
  if (times.length === 0) return [false, `${name} was never published, where ${wanted}`];
  if (times[0] > from_us + every_us + tolerance_us) return [false, `${name} was first published at ${seconds(times[0])} s, where ${wanted}`];
  const all_gaps = gaps(times), wrong = all_gaps.findIndex((gap) => Math.abs(gap - every_us) > tolerance_us);
  if (wrong >= 0) return [false, `${name} was published at ${seconds(times[wrong])} s and then after ${seconds(all_gaps[wrong])} s, where ${wanted}`];
  if (to_us - times.at(-1) > every_us + tolerance_us) return [false, `${name} was last published at ${seconds(times.at(-1))} s, where ${wanted}`];
  return [true, `${name} was published ${times.length} times, every ${expect.every_s} s as expected`];
}
