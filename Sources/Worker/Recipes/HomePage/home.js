"use strict";
// What the page can do without a script, done in place and by the API. The words are the page's own: they stand in its
// data attributes, by the type of an issue or by what happened.
(() => {
  const api = "api/v1/recipes/"; // relative, as all addresses here: the page may stand below a prefix
  const longestText = 1000; // code points, as the server cuts them
  const element = id => document.getElementById(id);
  const fill = (words, values) => words.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
  const cut = (text, length) => {
    const points = Array.from(text.slice(0, 2 * length + 2));
    return points.length > length ? points.slice(0, length).join("") + "…" : text;
  };

  // An issue in the page's words, else in the API's.
  const wordsFor = (input, issue) =>
    fill(input.getAttribute("data-" + issue.type) ?? issue.msg, issue.ctx ?? {});

  function mark(input, error) {
    const note = element(input.id + "-note");
    note.textContent = error ?? input.dataset.hint;
    note.classList.toggle("error", error !== undefined);
    if (error === undefined) input.removeAttribute("aria-invalid");
    else input.setAttribute("aria-invalid", "true");
  }

  function card(recipe) {
    const item = element("card").content.firstElementChild.cloneNode(true);
    const shown = value => (value === null || !String(value).trim() ? undefined : cut(String(value), longestText));
    const link = item.querySelector("h3 a");
    const label = shown(recipe.label) ?? link.textContent;
    link.textContent = label;
    if (/^https?:\/\//i.test(recipe.url) && recipe.url.length <= 8192) link.href = recipe.url;
    else link.replaceWith(label);
    item.querySelector(".source").textContent = shown(recipe.source) ?? "";
    item.querySelector(".number").textContent = recipe.id;
    const json = item.querySelector(".foot a");
    json.href = api + recipe.id;
    json.setAttribute("aria-label", `No. ${recipe.id} as JSON`);
    return item;
  }

  // Search: as one types, the last question alone is answered.
  const keyword = element("keyword"), summary = element("summary"), list = element("list");
  let asking = new AbortController(), timer;

  async function search(isSubmitted) {
    clearTimeout(timer);
    asking.abort();
    asking = new AbortController();
    const { signal } = asking, text = keyword.value;
    const most = Number(text ? list.dataset.most : list.dataset.first);
    const query = new URLSearchParams(text ? { keyword: text } : {});
    try {
      const asked = new URLSearchParams(query);
      asked.set("max_results", text ? most + 1 : most);
      const answer = await fetch(`${api}search/?${asked}`, { signal });
      const content = await answer.json();
      if (answer.status === 422) return refuse(content.detail[0], isSubmitted);
      if (!answer.ok) throw new Error(content.detail);
      show(text, content.results, most);
      history.replaceState(null, "", text ? "./?" + query : "./");
    } catch (error) {
      if (!signal.aborted) summary.textContent = summary.dataset.failed;
    }
  }

  function refuse(issue, isSubmitted) {
    // Who still types has done nothing wrong.
    if (!isSubmitted) return;
    mark(keyword, wordsFor(keyword, issue));
    keyword.focus();
  }

  function show(text, recipes, most) {
    const isSearch = text !== "", count = Math.min(recipes.length, most);
    mark(keyword);
    list.replaceChildren(...recipes.slice(0, most).map(card));
    let kind = count === 0 ? "none" : count === 1 ? "one" : count < recipes.length ? "more" : "many";
    if (!isSearch) kind = count === 0 ? "" : count < most ? "all" : "first";
    const words = summary.getAttribute("data-" + kind) ?? "";
    summary.textContent = fill(words, { count, keyword: cut(text, Number(summary.dataset.longest)) });
    element("all").hidden = !isSearch;
    element("none").hidden = !isSearch || count > 0;
    element("nothing").hidden = isSearch || count > 0;
  }

  keyword.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(search, 250, false);
  });
  keyword.form.addEventListener("submit", event => {
    event.preventDefault();
    search(true);
  });
  element("all").addEventListener("click", event => {
    event.preventDefault();
    keyword.value = "";
    keyword.focus();
    search(false);
  });

  // Adding.
  const outcome = element("outcome"), form = outcome.closest("form"), button = form.querySelector("button");
  const fields = Array.from(form.querySelectorAll(".field input"));

  function say(text, isError = false) {
    outcome.textContent = text;
    outcome.classList.toggle("error", isError);
  }

  async function add() {
    // A box that is empty is a field that was not sent, as when the browser posts the form.
    const filled = Array.from(new FormData(form)).filter(([, text]) => text !== "");
    const answer = await fetch(api, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(Object.fromEntries(filled)),
    });
    const content = await answer.json();
    fields.forEach(input => mark(input));
    if (answer.status === 201) welcome(content);
    else if (answer.status === 422) correct(content.detail);
    else say(fill(outcome.dataset.refused, { reason: content.detail }), true);
  }

  function welcome(recipe) {
    const item = card(recipe), added = element("added");
    const label = item.querySelector("h3").textContent.trim();
    added.replaceChildren(item);
    added.hidden = false;
    form.reset();
    fields.forEach(input => { input.value = ""; });
    say(fill(outcome.dataset.added, { label: cut(label, Number(outcome.dataset.longest)), id: recipe.id }));
    search(false); // The list may have it too.
  }

  function correct(issues) {
    const others = [];
    for (const issue of issues) {
      const input = fields.find(input => input.name === issue.loc[1]);
      if (!input) others.push(issue.msg);
      else if (!input.hasAttribute("aria-invalid")) mark(input, wordsFor(input, issue));
    }
    const wrong = fields.filter(input => input.hasAttribute("aria-invalid"));
    const words = others.length > 0 ? outcome.dataset.refused
      : wrong.length === 1 ? outcome.dataset.wrong : outcome.dataset.wrongs;
    say(fill(words, { reason: others.join(". "), count: wrong.length }), true);
    wrong[0]?.focus();
  }

  form.addEventListener("submit", async event => {
    event.preventDefault();
    // Not `disabled`, which would lose the focus.
    if (button.hasAttribute("aria-disabled")) return;
    button.setAttribute("aria-disabled", "true");
    try {
      await add();
    } catch {
      say(outcome.dataset.failed, true);
    } finally {
      button.removeAttribute("aria-disabled");
    }
  });
  for (const input of fields) {
    input.addEventListener("input", () => mark(input));
  }
})();
