// Menus, dialogs, files, and what else is opened and closed.
import { byId, say } from "./ground.js";
import { fillComposer } from "./composer.js";

export function closeMenus(but) {
  for (const menu of document.querySelectorAll("details.menu[open], details.b-overflow[open]")) {
    if (!but || !menu.contains(but)) menu.open = false;
  }
}

export function showModal() {
  const dialog = document.querySelector("#modal > dialog");
  if (!dialog || dialog.open) return;
  dialog.showModal();
  const field = dialog.querySelector(".dialog__body input:not([type=hidden]), .dialog__body textarea, .dialog__body select");
  (field || dialog.querySelector("[data-default], .dialog__foot button")).focus();
  dialog.addEventListener("cancel", (event) => {
    event.preventDefault();
    dialog.querySelector("[data-close]").click();
  });
}

async function show(link) {
  const viewer = byId("viewer");
  const inside = viewer.querySelector(".viewer__body");
  byId("viewer-title").textContent = link.closest("figure").querySelector(".file__name a").textContent.trim();
  inside.replaceChildren();
  if (link.dataset.show === "picture") {
    const picture = document.createElement("img");
    picture.src = link.href;
    picture.alt = (link.querySelector("img") || link.closest("figure").querySelector("img")).alt;
    inside.append(picture);
  } else {
    const text = document.createElement("pre");
    inside.append(text);
    try {
      text.textContent = await (await fetch(link.href)).text();
    } catch {
      say("The playground cannot be reached. Is it still running?");
      return;
    }
  }
  viewer.showModal();
}

document.addEventListener("click", async (event) => {
  const target = event.target;
  closeMenus(target);
  const link = target.closest("[data-show]");
  if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey) { event.preventDefault(); show(link); }
  if (target.closest("[data-close-viewer]")) byId("viewer").close();
  if (target === byId("viewer")) byId("viewer").close();
  const filling = target.closest("[data-fill]");
  if (filling) fillComposer(filling.dataset.fill);
  const side = target.closest("[data-side]");
  if (side) {
    const open = byId("side").classList.toggle("side--open");
    side.setAttribute("aria-expanded", String(open));
  }
  const copying = target.closest("[data-copy]");
  if (copying) {
    const source = copying.dataset.copy ? byId(copying.dataset.copy) : copying.parentElement.querySelector("pre");
    try { await navigator.clipboard.writeText(source.textContent); say("Copied."); } catch { say("The browser did not let the page copy."); }
  }
});

document.addEventListener("toggle", (event) => {
  const menu = event.target;
  if (!menu.matches || !menu.matches("details.menu") || !menu.open) return;
  const items = menu.querySelector(".menu__items");
  menu.classList.remove("menu--up");
  if (items.getBoundingClientRect().bottom > innerHeight - 8) menu.classList.add("menu--up");
}, true);

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = document.querySelector("details.menu[open]");
  if (menu) { menu.open = false; menu.querySelector("summary").focus(); }
  const side = document.querySelector(".side--open");
  if (side) { side.classList.remove("side--open"); document.querySelector("[data-side]").focus(); }
});
