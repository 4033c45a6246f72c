// The page of a case: its diagram coloured by where it stands, and values to copy.
import "bpmn-js/dist/assets/diagram-js.css";
import "bpmn-js/dist/assets/bpmn-js.css";
import "./styles/case.css";
import "./styles/decisions.css";
import { copyOnClick } from "./lib/copy.ts";
import { openDiagram } from "./case/diagram.ts";

copyOnClick();
void openDiagram();
