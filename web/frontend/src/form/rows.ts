// Lists: rows are added from the blank one the server has drawn, and taken away.
export function startRows(form: HTMLElement, changed: (added?: HTMLElement) => void): void {
  let number = 1000;
  form.addEventListener("click", (event) => {
    const button = (event.target as HTMLElement).closest<HTMLElement>("[data-add], [data-drop]");
    const list = button?.closest<HTMLElement>("[data-list]");
    if (!button || !list) return;
    if (button.dataset.add !== undefined) changed(add(list, number++));
    else {
      drop(list, button);
      changed();
    }
  });
}

function add(list: HTMLElement, number: number): HTMLElement {
  const blank = list.querySelector<HTMLTemplateElement>(":scope > template");
  const holder = document.createElement("div");
  holder.innerHTML = (blank?.innerHTML ?? "").replaceAll(`__${blank?.dataset.depth ?? "0"}__`, String(number));
  const row = holder.firstElementChild as HTMLElement;
  list.querySelector(":scope > [data-rows]")?.append(row);
  row.querySelector<HTMLElement>("input, select, textarea")?.focus();
  return row;
}

function drop(list: HTMLElement, button: HTMLElement): void {
  const row = button.closest("[data-row]");
  const beside = row?.nextElementSibling ?? row?.previousElementSibling;
  row?.remove();
  (beside?.querySelector<HTMLElement>("[data-drop]") ?? list.querySelector<HTMLElement>(":scope > [data-add]"))?.focus();
}
