// Two versions of a diagram beside each other, what has changed marked in both.
import "bpmn-js/dist/assets/diagram-js.css";
import "bpmn-js/dist/assets/bpmn-js.css";
import "./styles/case.css";
import "./styles/compare.css";
import { openComparison } from "./compare/comparison.ts";

void openComparison();
