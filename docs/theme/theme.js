// Light or dark: as the reader's system has it, until the button says otherwise.

const root = document.documentElement;
const wish = () => localStorage.getItem("theme");
const system = matchMedia("(prefers-color-scheme: dark)");
const isDark = () => (wish() ?? (system.matches ? "dark" : "light")) === "dark";

function apply() {
  root.classList.toggle("dark-mode", isDark());
  root.classList.toggle("light-mode", !isDark());
}

root.classList.add("scripts");
apply();
system.addEventListener("change", apply);
document.addEventListener("DOMContentLoaded", () => {
  const button = document.querySelector("button.theme");
  button.hidden = false;
  button.addEventListener("click", () => {
    localStorage.setItem("theme", isDark() ? "light" : "dark");
    apply();
  });
  const side = document.querySelector("nav.side");
  const here = side.querySelector("[aria-current]");
  if (here) side.scrollTop = here.offsetTop - side.clientHeight / 2;
});
