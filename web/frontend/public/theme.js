// Runs before the page is drawn: where the person has chosen no theme, the system's is used, also when it changes.
(function () {
  var root = document.documentElement;
  if (root.dataset.theme !== "auto") return;
  var dark = matchMedia("(prefers-color-scheme: dark)");
  function follow() {
    root.setAttribute("data-bs-theme", dark.matches ? "dark" : "light");
  }
  follow();
  dark.addEventListener("change", follow);
})();
