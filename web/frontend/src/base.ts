// What every page has: styles, htmx with server-sent events, menus, countdowns and notes.
import "@tabler/core/dist/css/tabler.min.css";
import "bootstrap/js/dist/collapse";
import "bootstrap/js/dist/dropdown";
import "./lib/htmx.ts";
import "./styles/base.css";
import "./styles/cases.css";
import { startCountdowns } from "./lib/countdown.ts";
import { startKeys } from "./lib/keys.ts";
import { startNotes } from "./lib/notes.ts";
import { pickAll } from "./lib/picking.ts";
import { keepRefused } from "./lib/refusals.ts";
import { submitOnChange } from "./lib/submit.ts";
import { showOpenTab } from "./lib/tabs.ts";

startCountdowns();
startNotes();
submitOnChange();
keepRefused();
pickAll();
showOpenTab();
startKeys();
