// The page's script: puts its parts to work.
import { byId } from "./ground.js";
import { connect } from "./live.js";
import { showModal } from "./menus.js";
import "./sending.js";
import { begin, boxes, settle } from "./standing.js";

boxes.forEach(begin);
document.addEventListener("load", () => boxes.forEach(settle), true);
const resized = new ResizeObserver(() => boxes.forEach(settle));
for (const box of boxes) resized.observe(box);
showModal();
const first = byId("reply") || byId("compose");
if (first && matchMedia("(hover: hover)").matches && !document.querySelector("dialog[open]")) first.focus({ preventScroll: true });
connect();
