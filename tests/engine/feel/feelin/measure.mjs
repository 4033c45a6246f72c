// Takes the time of feelin: microseconds an evaluation of an expression, and of unary tests asked one after the other.
import { readFileSync } from 'node:fs';

import { evaluate, unaryTest } from 'feelin';

const { expression, scope, wanted, tests, seconds } = JSON.parse(readFileSync(0, 'utf8'));

const measured = (work) => {
  // The best batch counts: what else the machine does only makes it slower.
  const batch = 20;
  const until = process.hrtime.bigint() + BigInt(Math.round(seconds * 1e9));
  let best = Infinity;
  while (process.hrtime.bigint() < until) {
    const began = process.hrtime.bigint();
    for (let count = 0; count < batch; count += 1) work();
    best = Math.min(best, Number(process.hrtime.bigint() - began));
  }
  return best / 1000 / batch;
};

if (evaluate(expression, scope).value !== wanted) throw new Error('feelin has another answer');
process.stdout.write(JSON.stringify({
  expression: measured(() => evaluate(expression, scope)),
  tests: measured(() => tests.map(([ text, value ]) => unaryTest(text, { ...scope, '?': value }).value))
}));
