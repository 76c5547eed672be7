// Runs once in each of the two HTML components of the page; `part` says in which ("talk" or "source"). Gradio gives `element`, `trigger`
// and `watch`. Links work without it: it opens them in the source panel instead of loading the page anew.

const shared = (window.copKb ??= { opener: null, opening: false });
const wide = () => window.matchMedia("(min-width: 56.3rem)").matches;

function keepInAddress(query) {
  const address = new URL(location.href);
  address.search = "";
  for (const name of ["document", "address", "version", "quote"]) {
    if (query.has(name)) address.searchParams.set(name, query.get(name));
  }
  history.replaceState(null, "", address);
}

function open(link) {
  const query = new URL(link.href).searchParams;
  const wanted = link.dataset.key
    ? { turn: link.dataset.turn, key: link.dataset.key }
    : Object.fromEntries(query);
  if (part === "talk") shared.opener = link;
  shared.opening = true;
  keepInAddress(query);
  trigger("open", wanted);
}

function back() {
  const target = shared.opener?.isConnected ? shared.opener : document.querySelector("#question textarea");
  target?.scrollIntoView({ block: "center" });
  target?.focus({ preventScroll: true });
}

element.addEventListener("click", (event) => {
  const link = event.target.closest("a.key, a.clause");
  if (link && !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey)) {
    event.preventDefault();
    open(link);
  }
  const example = event.target.closest("button[data-question]");
  if (example) trigger("ask", { question: example.dataset.question });
  const action = event.target.closest("button[data-do]")?.dataset.do;
  if (action === "close") {
    keepInAddress(new URLSearchParams());
    trigger("close");
  }
  if (action) back();
});

function showSource() {
  const side = document.getElementById("side");
  const title = element.querySelector("#panel-title");
  const mark = element.querySelector("mark");
  if (wide()) {
    side.scrollTop = 0;
    if (mark) {
      const below = mark.getBoundingClientRect().bottom - side.getBoundingClientRect().bottom;
      if (below > 0) {
        side.scrollTop = mark.getBoundingClientRect().top - side.getBoundingClientRect().top - side.clientHeight / 4;
      }
    }
  }
  if (!shared.opening) return;
  shared.opening = false;
  title?.focus({ preventScroll: wide() });
  if (!wide()) element.scrollIntoView({ block: "start" });
}

// The question just asked stays at the top while it waits and when its answer has come.
function showNewQuestion() {
  element.querySelector("li.turn.fresh")?.scrollIntoView({ block: "start" });
}

watch("value", () => requestAnimationFrame(part === "source" ? showSource : showNewQuestion));
