// Garbage collection while the program runs. This build only collects between calls from JavaScript, since it cannot see
// the C stack, and otherwise lets the heap grow: a program that never returns would run out of memory. At the calls the
// program makes to us, all that Python code holds is on MicroPython's own frame stack, which the collector does scan; so
// there we make the interpreter believe that it is between calls, and let it collect.
// What only C code holds in the middle of a built-in function (list(generator), where the generator sleeps) is not seen.

/** Garbage that may pile up between two calls to the host before memory runs out. */
export const GARBAGE_BYTES = 8 << 20;
const INTERVAL_MS = 20;

/**
 * @param device the loaded interpreter
 * @param memory its memory
 * @returns collects; gives the bytes that are alive
 */
export function createCollection(device, memory) {
  const words = () => new Int32Array(memory.buffer);
  const depth = (knownDepth ??= findDepth(device, words));
  const { collect, mem_alloc: alive } = device.pyimport('gc');
  return () => {
    const kept = words()[depth];
    words()[depth] = 0;
    // The first call asks for a collection, which is done as soon as no call seems under way.
    collect();
    const bytes = alive();
    words()[depth] = kept;
    return bytes;
  };
}

/**
 * @param limit bytes that what is alive may take
 * @returns collect(force) → whether more than the limit is alive; collects at most each 20 ms unless forced
 */
export function createCollector(device, memory, limit) {
  const collection = createCollection(device, memory);
  let last_ms = 0, over = false;
  return (force) => {
    const now_ms = performance.now();
    if (!force && !over && now_ms - last_ms < INTERVAL_MS) return false;
    over = collection() > limit;
    last_ms = performance.now();
    return over;
  };
}

// Where the linker put it: the same in every instance of one build.
let knownDepth;

/** The word that counts calls from JavaScript under way: the one that equals the depth of each of some nested calls. */
function findDepth(device, words) {
  let depth = 0;
  let candidates = Array.from({ length: (1 << 20) >> 2 }, (_, index) => index);
  const keep = () => { const memory = words(); candidates = candidates.filter((index) => memory[index] === depth); };
  const nest = () => {
    depth++;
    keep();
    if (depth < 5) device.runPython('import _depth; _depth.nest()');
    keep();
    depth--;
  };
  keep();
  device.registerJsModule('_depth', { nest });
  device.runPython('import _depth; _depth.nest()');
  keep();
  device.runPython("import sys; sys.modules.pop('_depth', None); del sys, _depth");
  if (candidates.length !== 1) throw new Error(`the interpreter's call depth was found at ${candidates.length} places; this build needs another way to collect`);
  return candidates[0];
}
