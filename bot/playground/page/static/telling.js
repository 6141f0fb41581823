// What a screen reader, or somebody on another tab, is told of.
import { byId, say } from "./ground.js";

// Screen readers are told of a message once, when it is whole; not of each step of its making.
export const awaited = new Map();
const shortened = (words) => (words.length > 300 ? `${words.slice(0, 300)} …` : words);

export function tell() {
  const told = [];
  for (const [id, isNew] of awaited) {
    const article = document.querySelector(`[id="${id}"] > article`);
    if (!article || article.querySelector(".message__body--streaming")) continue;
    awaited.delete(id);
    const steps = article.querySelectorAll(".b-section:not(:has(.b-section__side))");
    const words = (!isNew && steps.length ? steps[steps.length - 1] : article.querySelector(".message__body")).innerText;
    if (!("mine" in article.dataset) && words.trim()) told.push(`${article.dataset.author}: ${shortened(words.trim().replace(/\s+/g, " "))}`);
  }
  if (told.length) byId("heard").textContent = told.join("\n");
}

// On the Home tab, what the app writes meanwhile is in the tab beside it.
export function showUnread() {
  const tab = document.querySelector(".tabs a:not([aria-current])");
  const badge = tab && document.querySelector(`#sidebar a[href="${tab.getAttribute("href")}"] .badge > span`);
  if (!tab || (badge ? badge.textContent : "") === (tab.dataset.unread || "")) return;
  if (!badge) { delete tab.dataset.unread; return; }
  tab.dataset.unread = badge.textContent;
  say("There is something new for you in Messages.");
}
