// The second compiler: mpy-cross (MicroPython 1.19, .mpy version 6), whose bytecode the hub compares with its own reading of the source.
// It has no features that came later: of f-strings, conversions (!r) and several in a row.
import fs from 'node:fs';
import { createRequire } from 'node:module';

const PACKAGE = '@pybricks/mpy-cross-v6/build/mpy-cross-v6';
/** The last line of its error, of which a person needs no more. */
const ERROR_LENGTH = 200;

const require = createRequire(import.meta.url);
const MpyCross = require(`${PACKAGE}.js`);
const wasm = new WebAssembly.Module(fs.readFileSync(require.resolve(`${PACKAGE}.wasm`)));

/** @returns `{ mpy }`, the file in base64, or `{ error }`. A new instance each time; its files are in memory. */
export function compile(source) {
  let result;
  try {
    MpyCross({
      arguments: ['program.py'],
      inputFileContents: source,
      instantiateWasm: (imports, done) => { const instance = new WebAssembly.Instance(wasm, imports); done(instance); return instance.exports; },
      callback: (status, mpy, _out, errors) => { result = status === 0 ? { mpy: Buffer.from(mpy).toString('base64') } : { error: sentence(errors) }; },
    });
  } catch (error) {
    result = undefined;
    if (!(error instanceof WebAssembly.RuntimeError || error instanceof RangeError)) throw error;
  }
  return result ?? { error: 'it needs more memory or nesting than the compiler has' };
}

const sentence = (lines) => {
  const line = lines.map((text) => /line (\d+)/.exec(text)?.[1]).findLast(Boolean);
  return `${line ? `line ${line}: ` : ''}${lines.at(-1) ?? 'it said nothing'}`.slice(0, ERROR_LENGTH);
};
