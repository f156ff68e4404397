// Line coverage without a debugger: the first simple statement of a line gets a call in front of it, on the same line, so
// that tracebacks keep their numbers. Headers (if, for, def, …) cannot take one; what stands below or behind them tells.
// The call is also where virtual time moves on, interrupts are served and garbage is collected in a loop that never sleeps.

const HEADERS = new Set(['if', 'elif', 'else', 'while', 'for', 'try', 'except', 'finally', 'with', 'def', 'class', 'async']);
const PREFIXES = /^(?:[rRbBuUfF]|[rR][bBfF]|[bBfF][rR])$/;
const WORD = /[\p{L}\p{N}_]/u;

/** @returns { source, lines }: the source with the calls in it, and the numbers of the lines that have one */
export function instrument(source) {
  // A name that the program does not use.
  let name = '_line';
  while (source.includes(name)) name += '_';
  const out = [], lines = [];
  let at = 0, line = 1, depth = 0, copied = 0, fresh = true, header = false, lambdas = 0;
  while (at < source.length) {
    const c = source[at];
    if (c === '\n') { line++; at++; if (depth === 0) fresh = true; continue; }
    if (c === ' ' || c === '\t' || c === '\r' || c === '\f') { at++; continue; }
    if (c === '\\') { at += 2; if (source[at - 1] === '\n') line++; continue; }
    if (c === '#') { while (at < source.length && source[at] !== '\n') at++; continue; }
    const word = wordAt(source, at), quote = source[at + word.length];
    const isString = (quote === '"' || quote === "'") && (word === '' || PREFIXES.test(word));
    if (fresh) {
      fresh = false;
      header = HEADERS.has(word);
      if (!isString && c !== '@' && !header) {
        out.push(source.slice(copied, at), `${name}(${line})and ${name}i();`);
        copied = at;
        lines.push(line);
      }
    }
    if (isString) {
      const end = stringEnd(source, at + word.length, /[fF]/.test(word), 0);
      for (let i = at; i < end; i++) if (source[i] === '\n') line++;
      at = end;
      continue;
    }
    if (word === 'lambda' && depth === 0) lambdas++;
    else if (c === ':' && depth === 0 && lambdas > 0) lambdas--;
    else if (c === ':' && depth === 0 && header) {
      // What stands behind a header on its line begins as a line does.
      header = false;
      fresh = /^[ \t]*[^ \t\r\n#\\]/.test(source.slice(at + 1, source.indexOf('\n', at) < 0 ? undefined : source.indexOf('\n', at)));
    }
    if ('([{'.includes(c)) depth++;
    else if (')]}'.includes(c)) depth = Math.max(0, depth - 1);
    at += word.length || 1;
  }
  out.push(source.slice(copied));
  return { source: out.join(''), lines, name };
}

function wordAt(source, at) {
  let end = at;
  while (end < source.length && WORD.test(source[end])) end++;
  return source.slice(at, end);
}

/** Where the string that begins with the quote at `at` ends; braces of an f-string may hold strings with the same quote. */
function stringEnd(source, at, formatted, nesting) {
  const quote = source[at], triple = source.startsWith(quote.repeat(3), at), end = triple ? quote.repeat(3) : quote;
  for (let i = at + end.length; i < source.length; i++) {
    if (source[i] === '\\') i++;
    else if (source.startsWith(end, i)) return i + end.length;
    else if (!triple && source[i] === '\n') return i;
    else if (formatted && source[i] === '{' && nesting < 4) {
      if (source[i + 1] === '{') i++;
      else i = braceEnd(source, i + 1, nesting + 1);
    }
  }
  return source.length;
}

function braceEnd(source, at, nesting) {
  for (let i = at, depth = 1; i < source.length; i++) {
    if (source[i] === '{') depth++;
    else if (source[i] === '}' && --depth === 0) return i;
    else if (source[i] === '"' || source[i] === "'") i = stringEnd(source, i, false, nesting) - 1;
  }
  return source.length;
}
