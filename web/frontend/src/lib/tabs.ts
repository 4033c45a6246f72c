// On a phone the tabs of a card may be wider than the card: the open one is brought into sight, and the page stays.
export function showOpenTab(): void {
  show();
  document.addEventListener("htmx:afterSettle", show);
}

function show(): void {
  for (const tab of document.querySelectorAll(".card-header-tabs .active")) {
    const strip = tab.closest(".card-header-tabs");
    if (!strip) continue;
    const [around, inside] = [strip.getBoundingClientRect(), tab.getBoundingClientRect()];
    strip.scrollLeft += inside.left + inside.width / 2 - around.left - around.width / 2;
  }
}
