// The conversation: examples and links are pressed, questions asked again, edited or stopped. Links work without this script: it opens them
// beside the conversation instead of loading the page anew.

const waiting = () => element.querySelector(".answer.waiting");
const ask = (wanted) => waiting() || trigger("submit", wanted);
const searchedFor = () => waiting()?.parentElement.querySelector(".asked .question").textContent;
const actions = {
  stop: () => trigger("stop", { question: searchedFor() }),
  undo: () => copKb.undo(),
};

element.addEventListener("click", (event) => {
  const link = event.target.closest("a.key, a.clause");
  if (link && !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey)) {
    event.preventDefault();
    copKb.opener = link;
    copKb.open(link);
  }
  const button = event.target.closest("button");
  if (!button) return;
  const { question, again, edit, conversation, forget } = button.dataset;
  if (question) ask({ question });
  if (again) ask({ again });
  if (edit) copKb.type(edit);
  if (conversation) copKb.resume(conversation);
  if (forget) copKb.forget(forget);
  actions[button.dataset.do]?.();
});

// A change of language, or a reload, keeps the place: which turn stands at the top, and what is half typed or not yet answered.
const place = "cop-kb-place";
window.addEventListener("pagehide", () => {
  const turns = [...element.querySelectorAll("li.turn")];
  const turn = turns.findIndex((item) => item.getBoundingClientRect().bottom > 80);
  try {
    sessionStorage.setItem(place, JSON.stringify({ turn, typed: copKb.box()?.value || searchedFor() || "" }));
  } catch {
    // a browser that keeps nothing
  }
});

let arrived = false;
function arrive() {
  arrived = true;
  let left = null;
  try {
    left = JSON.parse(sessionStorage.getItem(place));
  } catch {
    // a browser that keeps nothing
  }
  if (left?.typed && !copKb.box()?.value) copKb.type(left.typed, false);
  const turn = element.querySelectorAll("li.turn")[left?.turn ?? -1];
  if (turn && !copKb.moving && left.turn > 0) turn.scrollIntoView({ block: "start" });
  if (copKb.askFirst) {
    trigger("submit", { question: copKb.askFirst });
    copKb.askFirst = null;
  }
}

// The question just asked stays at the top while it waits and when its answer has come.
watch("value", () =>
  requestAnimationFrame(() => {
    if (!arrived) arrive();
    element.querySelector("li.turn.fresh")?.scrollIntoView({ block: "start" });
  }),
);
