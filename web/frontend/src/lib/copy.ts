// Buttons that copy a value; the button says so for a moment.
export function copyOnClick(): void {
  document.addEventListener("click", (event) => {
    const button = (event.target as HTMLElement).closest<HTMLElement>("[data-copy]");
    if (!button) return;
    void copy(button.dataset.copy ?? "").then(() => {
      button.classList.add("is-copied");
      const title = button.title;
      button.title = document.querySelector<HTMLElement>("[data-copied]")?.dataset.copied ?? title;
      setTimeout(() => {
        button.classList.remove("is-copied");
        button.title = title;
      }, 1500);
    });
  });
}

// Without TLS a browser gives no clipboard; a selected field can still be copied from.
async function copy(text: string): Promise<void> {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const field = document.createElement("textarea");
  field.value = text;
  document.body.append(field);
  field.select();
  document.execCommand("copy");
  field.remove();
}
