// Light or dark: as the reader's system has it, until the button says otherwise. The contents beside
// the text fold away, and stay away.

const root = document.documentElement;
const wish = () => localStorage.getItem("theme");
const system = matchMedia("(prefers-color-scheme: dark)");
const isDark = () => (wish() ?? (system.matches ? "dark" : "light")) === "dark";

function apply() {
  root.classList.toggle("dark-mode", isDark());
  root.classList.toggle("light-mode", !isDark());
}

const isFolded = () => localStorage.getItem("contents") === "folded";
const fold = () => root.classList.toggle("folded", isFolded());

root.classList.add("scripts");
apply();
fold();
system.addEventListener("change", apply);
document.addEventListener("DOMContentLoaded", () => {
  const button = document.querySelector("button.theme");
  button.hidden = false;
  button.addEventListener("click", () => {
    localStorage.setItem("theme", isDark() ? "light" : "dark");
    apply();
  });
  const folding = document.querySelector("button.fold");
  folding.hidden = false;
  folding.setAttribute("aria-expanded", String(!isFolded()));
  folding.addEventListener("click", () => {
    localStorage.setItem("contents", isFolded() ? "open" : "folded");
    folding.setAttribute("aria-expanded", String(!isFolded()));
    fold();
  });
  const side = document.querySelector("nav.side");
  const here = side.querySelector("[aria-current]");
  if (here) side.scrollTop = here.offsetTop - side.clientHeight / 2;
});
