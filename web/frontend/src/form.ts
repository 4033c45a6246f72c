// A page with a form: drawn by the server, with its drafts kept while one types, sent and checked by the server.
import "./styles/form.css";
import { openForm } from "./form/filling.ts";

openForm();
