// One box for all boxes of a form, in a list that is renewed while somebody chooses.
export function pickAll(): void {
  document.addEventListener("change", (event) => {
    const box = event.target as HTMLInputElement;
    if (box.dataset.pickAll) for (const one of boxes(box.dataset.pickAll)) one.checked = box.checked;
    const all = document.querySelector<HTMLInputElement>(`[data-pick-all="${box.getAttribute("form") ?? ""}"]`);
    if (all) all.checked = boxes(box.getAttribute("form") ?? "").every((one) => one.checked);
  });
}

function boxes(form: string): HTMLInputElement[] {
  return [...document.querySelectorAll<HTMLInputElement>(`input[type="checkbox"][form="${form}"]`)];
}
