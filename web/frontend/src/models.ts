// Lists of models: those whose name or id has the words in it.
import "./styles/models.css";

function filter(text: string): void {
  const wanted = text.trim().toLowerCase();
  let shown = 0;
  for (const card of document.querySelectorAll<HTMLElement>(".models-kind")) {
    const rows = [...card.querySelectorAll<HTMLElement>("tbody tr")];
    for (const row of rows) row.hidden = !(row.querySelector(".cell-name")?.textContent ?? "").toLowerCase().includes(wanted);
    card.hidden = rows.every((row) => row.hidden);
    shown += rows.filter((row) => !row.hidden).length;
  }
  const none = document.getElementById("models-none");
  if (none) none.hidden = shown > 0;
}

const field = document.getElementById("models-filter");
if (field instanceof HTMLInputElement) {
  field.addEventListener("input", () => filter(field.value));
  if (field.value) filter(field.value);
}
