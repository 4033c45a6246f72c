// A page with a form: form-js with our fields, drafts kept while one types, sent and checked again by the server.
import "form-js-viewer-v2/dist/assets/form-js.css";
import "./styles/form.css";
import { openForm } from "./form/island.ts";

void openForm();
