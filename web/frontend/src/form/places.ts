// Where a field stands, as the server names it: `steps[0].name`. Rows are counted as they stand on the page.
export function placeOf(element: Element): string {
  return joined(rowOf(element), (element as HTMLElement).dataset.key ?? (element as HTMLElement).dataset.list ?? "");
}

export function rowOf(element: Element): string {
  const row = element.parentElement?.closest<HTMLElement>("[data-row]");
  const list = row?.parentElement?.closest<HTMLElement>("[data-list]");
  if (!row || !list) return "";
  return `${placeOf(list)}[${rowsOf(list).indexOf(row)}]`;
}

export function rowsOf(list: Element): HTMLElement[] {
  const place = list.querySelector("[data-rows]");
  return [...(place?.children ?? [])] as HTMLElement[];
}

function joined(row: string, key: string): string {
  return row && key ? `${row}.${key}` : row || key;
}
