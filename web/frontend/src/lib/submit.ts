// A choice that is its own button: the form is sent as soon as something is chosen. Without scripts its button is there.
export function submitOnChange(): void {
  document.addEventListener("change", (event) => {
    const field = event.target as HTMLElement;
    const form = field.closest<HTMLFormElement>("form[data-send-on-change]");
    form?.requestSubmit();
  });
}
