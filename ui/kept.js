// Conversations, in the visitor's browser alone. Each tab has its own, so that none writes over another's; `props.value` is what the
// server is told of: {turns, recent}. What the server gives back is kept at once.

const PREFIX = "cop-kb-talk:";
const MOST = 20;
const allowed = (name) => {
  try {
    return window[name];
  } catch {
    return null; // a browser that keeps nothing: the conversation lives as long as the page
  }
};
const store = allowed("localStorage");
const tab = allowed("sessionStorage");
let id;
let seen; // what this tab last read or wrote
let removed;

const read = (name) => store?.getItem(PREFIX + name) ?? null;
const parsed = (text) => {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
};
const unused = () => `${Date.now().toString(36)}-${Math.random().toString(36).slice(2)}`;

function choose(name) {
  id = name;
  seen = read(name);
  tab?.setItem("cop-kb-tab", name);
}

function others() {
  const names = Object.keys(store ?? {}).filter((key) => key.startsWith(PREFIX)).map((key) => key.slice(PREFIX.length));
  return names
    .filter((name) => name !== id)
    .map((name) => ({ name, record: parsed(read(name)) }))
    .filter(({ record }) => record?.turns?.length)
    .sort((one, other) => other.record.at - one.record.at)
    .map(({ name, record }) => ({
      id: name,
      question: record.turns[0].question,
      count: record.turns.length,
      day: new Date(record.at).toLocaleDateString("sv"), // 2026-11-22
    }));
}

function keep(turns) {
  // Another tab went on with this conversation, or deleted it: here it becomes one of its own, and nothing is lost.
  if (read(id) !== seen) choose(unused());
  const text = JSON.stringify({ turns, at: Date.now() });
  const rest = others().map((item) => item.id);
  while (rest.length >= MOST) store.removeItem(PREFIX + rest.pop());
  while (store) {
    try {
      store.setItem(PREFIX + id, text);
      seen = text;
      return;
    } catch {
      if (!rest.length) break;
      store.removeItem(PREFIX + rest.pop()); // the oldest makes room
    }
  }
  copKb.say(element.querySelector("[data-not-kept]").dataset.notKept);
}

function show(told = {}) {
  props.value = { turns: parsed(read(id))?.turns ?? [], recent: others() };
  trigger("begin", { kept: props.value, ...told });
}

function remove(name, next) {
  removed = { name, text: read(name), own: name === id };
  store?.removeItem(PREFIX + name);
  if (removed.own) choose(next);
  show({ done: "cleared" });
  copKb.box()?.focus();
}

copKb.newConversation = () => {
  choose(unused());
  show();
  copKb.box()?.focus();
};
copKb.clear = () => remove(id, unused());
copKb.forget = (name) => remove(name, id);
copKb.resume = (name) => {
  choose(name);
  show();
};
copKb.undo = () => {
  if (removed?.text) store?.setItem(PREFIX + removed.name, removed.text);
  if (removed?.own) choose(removed.name);
  show({ done: "restored" });
};
// Of the conversation the server needs to open a source only the turn that quotes it.
copKb.citing = (kept) => {
  const { document, quote } = copKb.wanted ?? {};
  const quoted = (citation) => citation.document === document && `${citation.start}-${citation.end}` === quote;
  return { turns: (kept?.turns ?? []).filter((turn) => turn.answer?.citations.some(quoted)).slice(-1) };
};

watch("value", () => {
  const turns = props.value?.turns ?? [];
  keep(turns);
  props.value = { turns, recent: others() };
});

store?.removeItem("cop-kb-conversation"); // kept by the first version, which nothing reads any more
const query = new URLSearchParams(location.search);
const shared = query.get("q");
choose((!shared && tab?.getItem("cop-kb-tab")) || unused());
if (shared) {
  copKb.askFirst = shared;
  query.delete("q");
  history.replaceState(null, "", `${location.pathname}${query.size ? `?${query}` : ""}`);
}
copKb.moving = query.has("document");
copKb.at = location.search;
show({ query: Object.fromEntries(query) });
