// What all parts of the page's script stand on.
export const body = document.body;
export const byId = (id) => document.getElementById(id);
// Where this window looks.
export const here = () => ({
  person: body.dataset.person, place: body.dataset.place,
  thread: body.dataset.thread, inspect: body.dataset.inspect,
});

const fade = (toast) => setTimeout(() => toast.remove(), 4000 + toast.textContent.length * 45);

// Words to the person.
export function say(words) {
  const toast = document.createElement("div");
  toast.className = "toast";
  toast.textContent = words;
  byId("toasts").append(toast);
  fade(toast);
}
document.querySelectorAll(".toast").forEach(fade);
