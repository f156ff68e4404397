// The interpreter is built for web pages: its modules js and jsffi reach everything of JavaScript. Device code must reach
// only the calls we hand in. Taking the modules away is not enough (objects lead back), so the bridge itself refuses.

// Each of these would let device code touch a JavaScript object other than by calling one of our calls.
const REFUSED = ['store_attr', 'js_subscr_load', 'js_subscr_store', 'js_get_iter', 'js_iter_next', 'js_reflect_construct',
  'js_then_resolve', 'js_then_reject', 'js_then_continue', 'create_promise', 'call0_kwarg', 'calln_kwarg'];
const CALLS = ['call0', 'call1', 'call2', 'calln'];
// What else this build takes from JavaScript, none of which hands an object of it to device code by itself: the C library, clock
// and randomness, conversions of what our calls return. A build that takes more is refused until somebody has looked at it.
const HARMLESS = /^(invoke_[iv]+|__syscall_\w+|fd_\w+|mp_js_(random_u32|ticks_ms|time_ms)|emscripten_resize_heap|_emscripten_throw_longjmp|_abort_js|proxy_js_free_obj|js_check_existing|js_get_error_info|js_get_proxy_js_ref_info)$/;
// Conversions of a value to JavaScript and back, which reach no object of it by themselves; the sandbox refuses them too.
export const CONVERSIONS = ['proxy_convert_mp_to_js_then_js_to_mp_obj_jsside', 'proxy_convert_mp_to_js_then_js_to_js_then_js_to_mp_obj_jsside'];
const LOOKUPS = ['has_attr', 'lookup_attr'];

/**
 * @param calls the frozen object whose own functions device code may call
 * @param bytes gives the interpreter's memory
 * @param more names to refuse besides
 * @returns intercept(env) for before, close() for when our own modules are loaded
 */
export function closeBridge(calls, bytes, more = []) {
  const allowed = new Set(Object.values(calls));
  const object = (reference) => globalThis.proxy_js_ref[reference];
  const text = (pointer) => { const memory = bytes(); return Buffer.from(memory.subarray(pointer, memory.indexOf(0, pointer))).toString(); };
  let closed = false;
  const refuse = (what) => { throw new Error(`device code reached for the host by ${what}`); };
  return {
    intercept(env) {
      const original = { ...env };
      const unknown = Object.keys(env).filter((name) => !HARMLESS.test(name) && ![...REFUSED, ...CALLS, ...CONVERSIONS, ...LOOKUPS].includes(name));
      if (unknown.length > 0) throw new Error(`this build of the interpreter takes ${unknown.join(', ')} from JavaScript, which the bridge does not know`);
      const known = (reference, pointer) => object(reference) === calls && Object.hasOwn(calls, text(pointer));
      env.has_attr = (reference, pointer) => (!closed || known(reference, pointer) ? original.has_attr(reference, pointer) : 0);
      env.lookup_attr = (reference, pointer, out) => (!closed || known(reference, pointer) ? original.lookup_attr(reference, pointer, out) : 0);
      for (const name of [...REFUSED, ...more]) if (original[name]) env[name] = (...args) => (closed ? refuse(name) : original[name](...args));
      for (const name of CALLS) {
        env[name] = (reference, ...args) => (closed && !allowed.has(object(reference)) ? refuse(name) : original[name](reference, ...args));
      }
    },
    close() { closed = true; },
  };
}
