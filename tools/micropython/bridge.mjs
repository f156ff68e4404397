// The interpreter is built for web pages: its modules js and jsffi reach everything of JavaScript. Device code must reach
// only the calls we hand in. Taking the modules away is not enough (objects lead back), so the bridge itself refuses.

// Each of these would let device code touch a JavaScript object other than by calling one of our calls.
const REFUSED = ['store_attr', 'js_subscr_load', 'js_subscr_store', 'js_get_iter', 'js_iter_next', 'js_reflect_construct',
  'js_then_resolve', 'js_then_reject', 'js_then_continue', 'create_promise', 'call0_kwarg', 'calln_kwarg'];
const CALLS = ['call0', 'call1', 'call2', 'calln'];

/**
 * @param calls the frozen object whose own functions device code may call
 * @param bytes gives the interpreter's memory
 * @returns intercept(env) for before, close() for when our own modules are loaded
 */
export function closeBridge(calls, bytes) {
  const allowed = new Set(Object.values(calls));
  const object = (reference) => globalThis.proxy_js_ref[reference];
  const text = (pointer) => { const memory = bytes(); return Buffer.from(memory.subarray(pointer, memory.indexOf(0, pointer))).toString(); };
  let closed = false;
  const refuse = (what) => { throw new Error(`device code reached for the host by ${what}`); };
  return {
    intercept(env) {
      const original = { ...env };
      const known = (reference, pointer) => object(reference) === calls && Object.hasOwn(calls, text(pointer));
      env.has_attr = (reference, pointer) => (!closed || known(reference, pointer) ? original.has_attr(reference, pointer) : 0);
      env.lookup_attr = (reference, pointer, out) => (!closed || known(reference, pointer) ? original.lookup_attr(reference, pointer, out) : 0);
      for (const name of REFUSED) if (original[name]) env[name] = (...args) => (closed ? refuse(name) : original[name](...args));
      for (const name of CALLS) {
        env[name] = (reference, ...args) => (closed && !allowed.has(object(reference)) ? refuse(name) : original[name](reference, ...args));
      }
    },
    close() { closed = true; },
  };
}
