"use strict";
// Search and form work without a script too. The script does the same in place, by the API. All messages are the page's:
// the server puts them into data attributes, named after the error type or the outcome.
(() => {
  const api = "api/v1/recipes/"; // relative, because a proxy may serve the page below a prefix
  const maxTextLength = 1000; // code points, as on the server
  const element = id => document.getElementById(id);
  const interpolate = (message, values) => message.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
  const truncate = (text, length) => {
    const points = Array.from(text.slice(0, 2 * length + 2));
    return points.length > length ? points.slice(0, length).join("") + "…" : text;
  };

  // The page's message for a validation error, or else the API's.
  const messageFor = (input, issue) =>
    interpolate(input.getAttribute("data-" + issue.type) ?? issue.msg, issue.ctx ?? {});

  function setError(input, error) {
    const note = element(input.id + "-note");
    note.textContent = error ?? input.dataset.hint;
    note.classList.toggle("error", error !== undefined);
    if (error === undefined) input.removeAttribute("aria-invalid");
    else input.setAttribute("aria-invalid", "true");
  }

  function card(recipe) {
    const item = element("card").content.firstElementChild.cloneNode(true);
    const shown = value => (value === null || !String(value).trim() ? undefined : truncate(String(value), maxTextLength));
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

  // Search while typing. A new search aborts the one before it.
  const keyword = element("keyword"), summary = element("summary"), list = element("list");
  let pending = new AbortController(), timer;

  async function search(isSubmitted) {
    clearTimeout(timer);
    pending.abort();
    pending = new AbortController();
    const { signal } = pending, text = keyword.value;
    const limit = Number(text ? list.dataset.searchLimit : list.dataset.listLength);
    const query = new URLSearchParams(text ? { keyword: text } : {});
    try {
      const parameters = new URLSearchParams(query);
      parameters.set("max_results", text ? limit + 1 : limit);
      const response = await fetch(`${api}search/?${parameters}`, { signal });
      const content = await response.json();
      if (response.status === 422) return showKeywordError(content.detail[0], isSubmitted);
      if (!response.ok) throw new Error(content.detail);
      showResults(text, content.results, limit);
      history.replaceState(null, "", text ? "./?" + query : "./");
    } catch (error) {
      if (!signal.aborted) summary.textContent = summary.dataset.failed;
    }
  }

  function showKeywordError(issue, isSubmitted) {
    // A keyword that is still being typed is not an error.
    if (!isSubmitted) return;
    setError(keyword, messageFor(keyword, issue));
    keyword.focus();
  }

  function showResults(text, recipes, limit) {
    const isSearch = text !== "", count = Math.min(recipes.length, limit);
    setError(keyword);
    list.replaceChildren(...recipes.slice(0, limit).map(card));
    let kind = count === 0 ? "none" : count === 1 ? "one" : count < recipes.length ? "more" : "many";
    if (!isSearch) kind = count === 0 ? "" : count < limit ? "all" : "first";
    const message = summary.getAttribute("data-" + kind) ?? "";
    summary.textContent = interpolate(message, { count, keyword: truncate(text, Number(summary.dataset.maxLength)) });
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

  // The form.
  const outcome = element("outcome"), form = outcome.closest("form"), button = form.querySelector("button");
  const inputs = Array.from(form.querySelectorAll(".field input"));

  function showOutcome(text, isError = false) {
    outcome.textContent = text;
    outcome.classList.toggle("error", isError);
  }

  async function add() {
    // An empty input is a missing property, as when the browser posts the form.
    const filled = Array.from(new FormData(form)).filter(([, text]) => text !== "");
    const response = await fetch(api, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(Object.fromEntries(filled)),
    });
    const content = await response.json();
    inputs.forEach(input => setError(input));
    if (response.status === 201) showAdded(content);
    else if (response.status === 422) showIssues(content.detail);
    else showOutcome(interpolate(outcome.dataset.rejected, { reason: content.detail }), true);
  }

  function showAdded(recipe) {
    const item = card(recipe), added = element("added");
    const label = item.querySelector("h3").textContent.trim();
    added.replaceChildren(item);
    added.hidden = false;
    form.reset();
    inputs.forEach(input => { input.value = ""; });
    showOutcome(interpolate(outcome.dataset.added, { label: truncate(label, Number(outcome.dataset.maxLength)), id: recipe.id }));
    search(false); // The list may contain it.
  }

  function showIssues(issues) {
    const others = [];
    for (const issue of issues) {
      const input = inputs.find(input => input.name === issue.loc[1]);
      if (!input) others.push(issue.msg);
      else if (!input.hasAttribute("aria-invalid")) setError(input, messageFor(input, issue));
    }
    const invalid = inputs.filter(input => input.hasAttribute("aria-invalid"));
    const message = others.length > 0 ? outcome.dataset.rejected
      : invalid.length === 1 ? outcome.dataset.invalid : outcome.dataset.manyInvalid;
    showOutcome(interpolate(message, { reason: others.join(". "), count: invalid.length }), true);
    invalid[0]?.focus();
  }

  form.addEventListener("submit", async event => {
    event.preventDefault();
    // Not `disabled`: that would move the focus away.
    if (button.hasAttribute("aria-disabled")) return;
    button.setAttribute("aria-disabled", "true");
    try {
      await add();
    } catch {
      showOutcome(outcome.dataset.failed, true);
    } finally {
      button.removeAttribute("aria-disabled");
    }
  });
  for (const input of inputs) {
    input.addEventListener("input", () => setError(input));
  }
})();
