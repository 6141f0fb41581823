// Keeps the window up to date: the server sends what it does not show yet.
import { body, byId, here, say } from "./ground.js";
import { fill } from "./filling.js";
import { anchor, boxes, settle } from "./standing.js";
import { awaited, showUnread, tell } from "./telling.js";

let leaving = false;
addEventListener("pagehide", () => { leaving = true; });
addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });

function arrange(name, order) {
  const list = byId(name);
  if (!list) return;
  const wanted = new Set(order);
  for (const item of [...list.children]) if (!wanted.has(item.id)) item.remove();
  order.forEach((id, at) => {
    let item = byId(id);
    if (!item) {
      item = document.createElement("li");
      item.id = id;
      anchor(list.closest(".scroll"), id);
      if (name === "replies" || !byId("replies")) awaited.set(id, true);
    }
    if (list.children[at] !== item) list.insertBefore(item, list.children[at] || null);
  });
}

function update(news) {
  for (const [name, order] of Object.entries(news.lists)) arrange(name, order);
  for (const piece of news.set) {
    const element = byId(piece.id);
    if (element) fill(element, piece);
  }
  boxes.forEach(settle);
  tell();
  showUnread();
}

function have() {
  const revs = {};
  for (const element of document.querySelectorAll("[data-rev]")) revs[element.id] = element.dataset.rev;
  for (const name of ["messages", "replies"]) {
    const list = byId(name);
    if (list) revs[name] = [...list.children].map((item) => item.id).join(" ");
  }
  return revs;
}

let patience = 500;
export function connect() {
  const address = new URL("/live", location.href);
  address.protocol = address.protocol.replace("http", "ws");
  address.search = new URLSearchParams(here());
  const socket = new WebSocket(address);
  socket.addEventListener("open", () => {
    patience = 500;
    body.classList.remove("is-alone");
    socket.send(JSON.stringify(have()));
  });
  socket.addEventListener("message", (event) => update(JSON.parse(event.data)));
  socket.addEventListener("close", () => {
    if (leaving) return;
    if (!body.classList.contains("is-alone") && patience > 500) {
      body.classList.add("is-alone");
      say("The playground has ended or cannot be reached. This page goes on when it is back.");
    }
    patience = Math.min(patience * 1.6, 8000);
    setTimeout(connect, patience);
  });
}
