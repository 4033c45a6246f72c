// Evaluates a JSON list of FEEL expressions from standard input with feelin; answers a JSON list of what came out.
import { readFileSync } from 'node:fs';

import { evaluate } from 'feelin';

const plain = (value) => {
  if (value === undefined || value === null) return null;
  if (typeof value === 'number') return Number.isFinite(value) ? value : { other: String(value) };
  if (typeof value === 'boolean' || typeof value === 'string') return value;
  if (typeof value === 'function') return { other: 'function' };
  if (Array.isArray(value)) return value.map(plain);
  if (Object.getPrototypeOf(value) === Object.prototype) {
    return { context: Object.fromEntries(Object.entries(value).map(([ key, entry ]) => [ key, plain(entry) ])) };
  }
  return { text: String(value) };
};

const answer = (expression) => {
  try {
    return { value: plain(evaluate(expression).value) };
  } catch (error) {
    return { error: error.constructor.name };
  }
};

process.stdout.write(JSON.stringify(JSON.parse(readFileSync(0, 'utf8')).map(answer)));
