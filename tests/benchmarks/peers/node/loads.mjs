// One load on bpmn-engine, in memory. In: {"diagrams": [xml …], "user": bool, "seconds": n}; out: rates as JSON.
import { EventEmitter, once } from "node:events";
import { readFileSync } from "node:fs";
import BpmnModdle from "bpmn-moddle";
import * as elements from "bpmn-elements";
import { Engine } from "bpmn-engine";
import serializer, { TypeResolver } from "moddle-context-serializer";

const { diagrams, user, seconds } = JSON.parse(readFileSync(0, "utf8"));
// Read once, as the other engines read theirs at the deployment.
const sources = await Promise.all(
  diagrams.map(async (xml) => serializer(await new BpmnModdle().fromXML(xml), TypeResolver(elements))),
);
let turn = 0;

function next() {
  return new Engine({ name: "bench", sourceContext: sources[turn++ % sources.length] });
}

async function run() {
  const engine = next();
  const ended = once(engine, "end");
  await engine.execute();
  await ended;
}

const waiting = [];

async function create() {
  const listener = new EventEmitter();
  const waits = once(listener, "activity.wait");
  const engine = next();
  const ended = once(engine, "end");
  await engine.execute({ listener });
  const [task] = await waits;
  waiting.push([task, ended]);
}

async function complete() {
  const [task, ended] = waiting.shift();
  task.signal({ approved: true, note: "fine" });
  await ended;
}

async function timed(work, most = Infinity) {
  const taken = [];
  let before = performance.now();
  const until = before + seconds * 1000;
  const began = before;
  while (before < until && taken.length < most) {
    await work();
    const after = performance.now();
    taken.push(after - before);
    before = after;
  }
  taken.sort((a, b) => a - b);
  const at = (share) => taken[Math.min(taken.length - 1, Math.floor(share * taken.length))];
  return { per_second: (taken.length / (before - began)) * 1000, p50: at(0.5), p99: at(0.99) };
}

const rates = user ? [await timed(create), await timed(complete, waiting.length)] : [await timed(run)];
process.stdout.write(JSON.stringify(rates));
process.exit(0);
