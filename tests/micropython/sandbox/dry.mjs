// Runs a program through a scenario, without the sandbox around it: what the sandbox holds is tested where it is started.
import { DryRun } from '../../../tools/micropython/sandbox/dryrun.mjs';

/** The behaviour report; `scenario` defaults to a minute in which nothing happens. */
export async function dry(source, scenario = {}, wall_ms = 20000) {
  return (await new DryRun().boot()).run(source, { duration_s: 60, ...scenario }, wall_ms);
}

/** The transitions of a pin, as [seconds, value, …]. */
export const transitions = (report, pin, kind) => report.pins.find((p) => p.pin === pin && p.kind === kind)?.transitions ?? [];

/** What was published of one kind. */
export const published = (report, kind = 'telemetry') => report.publishes.filter((p) => p.kind === kind);

/** Each expectation's sentence, with whether it was met. */
export const outcome = (report) => report.expectations.map((e) => `${e.met ? 'met' : 'NOT'} ${e.sentence}`).join('\n');
