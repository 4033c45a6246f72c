// Play mode: a case walks through a process in memory, step by step.
import "./styles/case.css";
import "./styles/modeler.css";
import "./styles/play.css";
import { data } from "./lib/sending.ts";
import { place } from "./model/canvas.ts";
import { Play } from "./play/play.ts";
import type { PlayData } from "./play/types.ts";

void new Play(data<PlayData>("play-data")).begin().then(() => place("play").setAttribute("data-ready", "true"));
