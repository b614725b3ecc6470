// The dashboard of a running server. It asks for data.json every five seconds and draws it. All text from the data becomes
// text nodes: nothing in it is read as HTML.
"use strict";
(() => {
  const PERIOD = 5000, TIMEOUT = 4000, WINDOW = 900, FEW_ROUTES = 15;
  const element = id => document.getElementById(id);

  // MARK: Elements

  function make(tag, name, ...children) {
    const node = document.createElement(tag);
    if (name) node.className = name;
    node.append(...children);
    return node;
  }

  function draw(tag, name, attributes, text) {
    const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
    if (name) node.setAttribute("class", name);
    for (const key in attributes) node.setAttribute(key, attributes[key]);
    if (text !== undefined) node.textContent = text;
    return node;
  }

  // MARK: Values as text

  const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit" });
  const shortClock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
  const timeOf = seconds => clock.format(seconds * 1000);

  /** Three significant digits, without an exponent. */
  function digits(number) {
    if (number === 0) return "0";
    const places = number >= 100 ? 0 : number >= 10 ? 1 : 2;
    return String(Number(number.toFixed(places)));
  }

  function scaled(number, base, units) {
    let index = 0;
    while (number >= base * 0.9995 && index < units.length - 1) {
      number /= base;
      index += 1;
    }
    return [digits(number), units[index]];
  }

  const joined = ([number, unit]) => (unit ? number + "\u202f" + unit : number);
  const countParts = number => scaled(number, 1000, ["", "k", "M", "G", "T"]);
  const count = number => joined(countParts(number));
  const whole = number => number.toLocaleString("en").replaceAll(",", "\u202f");
  const timeParts = seconds =>
    (seconds === null ? ["–", ""] : seconds >= 0.9995 ? [digits(seconds), "s"] : scaled(seconds * 1e6, 1000, ["µs", "ms"]));
  const time = seconds => joined(timeParts(seconds));
  const sizeParts = bytes => scaled(bytes, 1024, ["B", "KiB", "MiB", "GiB", "TiB"]);
  const size = bytes => joined(sizeParts(bytes));
  const each = format => number => format(number) + "/s";

  function age(seconds) {
    const units = [["d", 86400], ["h", 3600], ["min", 60], ["s", 1]];
    const first = Math.max(0, units.findIndex(([, length]) => seconds >= length));
    if (seconds < 1) return "0\u202fs";
    const [unit, length] = units[first], next = units[first + 1];
    const text = Math.floor(seconds / length) + "\u202f" + unit;
    const rest = next ? Math.floor(seconds % length / next[1]) : 0;
    return rest > 0 ? `${text} ${rest}\u202f${next[0]}` : text;
  }

  // MARK: Scales

  /** From 0 to a round number; the numbers are a multiple of `unit` apart. */
  function linear(highest, smallest, base) {
    const unit = base ** Math.floor(Math.log(Math.max(highest, smallest)) / Math.log(base));
    const steps = base === 1024 ? [0.25, 0.5, 1, 2, 4, 8, 16, 32, 64, 128, 256] : [0.1, 0.2, 0.25, 0.5, 1, 2, 2.5, 5];
    const step = Math.max(smallest, unit * (steps.find(step => highest / (unit * step) <= 4) ?? steps.at(-1)));
    const top = Math.max(1, Math.ceil(highest / step - 1e-9)) * step;
    const ticks = [];
    for (let tick = 0; tick <= top * 1.0001; tick += step) ticks.push(tick);
    return { ticks, minor: [], place: value => value / top };
  }

  /** From one of 1, 2, 5, 10, 20, 50 ... to another. */
  function logarithmic(lowest, highest) {
    const all = [];
    for (let power = Math.floor(Math.log10(lowest) + 1e-9); ; power += 1) {
      for (const digit of [1, 2, 5]) {
        const tick = digit * 10 ** power;
        if (tick * 2.4 < lowest) continue;
        all.push(tick);
        if (tick >= highest * 0.999 && all.length > 3) {
          const isNamed = (_, index) => all.length <= 8 || all[index].toExponential().startsWith("1e");
          const [low, high] = [Math.log(all[0]), Math.log(tick)];
          const place = value => Math.max(0, (Math.log(value) - low) / (high - low));
          return { ticks: all.filter(isNamed), minor: all.filter((_, index) => !isNamed(_, index)), place };
        }
      }
    }
  }

  // MARK: Charts

  const rate = key => sample => sample[key] / (sample.end - sample.start);
  const value = key => sample => sample[key];
  const classes = ["1xx", "2xx", "3xx", "4xx", "5xx"];
  const series = (name, style, of, more) => ({ name, style, of, ...more });

  const charts = [
    {
      title: "Responses", unit: "per second", kind: "stack", format: each(count), axis: count, smallest: 0.25,
      series: classes.map(name => series(name, "s-" + name, rate(name), { optional: name === "1xx" || name === "3xx" })),
    },
    {
      title: "Latency", unit: "logarithmic", kind: "lines", format: time, axis: time, isLogarithmic: true,
      series: ["p50", "p90", "p99"].map(name => series(name, "s-" + name, value(name))), empty: "No response in this time",
    },
    {
      title: "Errors", unit: "per second", kind: "lines", format: each(count), axis: count, smallest: 0.25, isTinted: true,
      series: [series("4xx", "s-4xx", rate("4xx")), series("5xx", "s-5xx", rate("5xx"))],
    },
    {
      title: "Workers", unit: "and what happened to them", kind: "steps", format: count, axis: count, smallest: 1, hasLane: true,
      series: [series("ready", "s-2xx", value("ready_workers")), series("wanted", "s-quiet", value("target_workers"), { isDashed: true })],
    },
    {
      title: "Load", unit: "at the end of each 5 s", kind: "lines", format: count, axis: count, smallest: 1, isTinted: true,
      series: [series("connections", "s-one", value("connections")), series("in flight", "s-two", value("in_flight"))],
    },
    {
      title: "Processor", unit: "cores in use", kind: "stack", format: digits, axis: digits, smallest: 0.01,
      series: [series("workers", "s-one", rate("workers_cpu")), series("master", "s-two", rate("master_cpu"))],
    },
    {
      title: "Memory", unit: "proportional set size", kind: "stack", format: size, axis: size, smallest: 1 << 20, base: 1024,
      series: [series("workers", "s-one", value("workers_memory")), series("master", "s-two", value("master_memory"))],
    },
    {
      title: "Traffic", unit: "per second", kind: "lines", format: each(size), axis: size, smallest: 256, base: 1024, isTinted: true,
      series: [series("sent", "s-one", rate("sent_bytes")), series("received", "s-two", rate("received_bytes"))],
    },
  ];

  // What an event looks like. The shapes differ as well as the colours.
  const glyphs = {
    "worker started": { style: "k-quiet", path: "M0-3.5A3.5 3.5 0 1 0 .01-3.5ZM0-1.8A1.8 1.8 0 1 1-.01-1.8Z" },
    "worker ready": { style: "k-good", path: "M0-4.2L4.2 3.4H-4.2Z" },
    "worker exited": { style: "k-quiet", path: "M-3-3H3V3H-3Z" },
    "worker lost": { style: "k-bad", path: "M-4-2.6L-2.6-4 0-1.4 2.6-4 4-2.6 1.4 0 4 2.6 2.6 4 0 1.4-2.6 4-4 2.6-1.4 0Z", isLine: true },
    reload: { style: "k-change", path: "M0-4.6L4.6 0 0 4.6-4.6 0Z", isLine: true },
    upgrade: { style: "k-change", path: "M0-4.8L4.2-.4H1.6V4.4H-1.6V-.4H-4.2Z", isLine: true },
    server: { style: "k-quiet", path: "M-1.2-4H1.2V4H-1.2Z" },
  };
  const isBad = event => event.level === "error" || event.level === "critical";
  const glyphOf = event => glyphs[event.kind] ?? glyphs.server;
  const styleOf = event => (isBad(event) ? "k-bad" : glyphOf(event).style);

  const LEFT = 52, RIGHT = 10, TOP = 8, BOTTOM = 20, LANE = 14;
  const view = { samples: [], events: [], now: 0, cursor: null };

  class Chart {
    constructor(plan, index) {
      this.plan = plan;
      this.legend = make("ul", "legend");
      this.plot = make("div", "plot");
      this.svg = draw("svg", "", { "aria-hidden": "true", focusable: "false" });
      this.tip = make("div", "tip");
      this.tip.hidden = true;
      const title = make("h2", "", plan.title);
      title.id = "chart-" + index;
      this.plot.append(this.svg, this.tip);
      this.node = make("figure", "chart", make("figcaption", "", title, make("span", "unit", plan.unit), this.legend), this.plot);
      // A slider over the samples: with arrow keys, a screen reader speaks the values of each.
      const roles = { role: "slider", tabindex: "0", "aria-labelledby": title.id, "aria-orientation": "horizontal", "aria-valuemin": "0" };
      for (const key in roles) this.plot.setAttribute(key, roles[key]);
      this.plot.addEventListener("pointermove", event => this.point(event));
      this.plot.addEventListener("pointerdown", event => this.point(event));
      this.plot.addEventListener("pointerleave", () => select(null));
      this.plot.addEventListener("keydown", event => this.key(event));
      this.plot.addEventListener("blur", () => select(null));
    }

    get shown() {
      return this.plan.series.filter(one => !one.optional || view.samples.some(sample => one.of(sample) > 0));
    }

    x(moment) { return LEFT + (moment - view.now + WINDOW) / WINDOW * (this.width - LEFT - RIGHT); }
    y(part) { return this.bottom - part * (this.bottom - TOP); }

    point(event) {
      const box = this.plot.getBoundingClientRect();
      const moment = view.now - WINDOW + (event.clientX - box.left - LEFT) / (box.width - LEFT - RIGHT) * WINDOW;
      const distance = sample => Math.max(sample.start - moment, moment - sample.end, 0);
      let nearest = null;
      for (const sample of view.samples) {
        if (nearest === null || distance(sample) < distance(nearest)) nearest = sample;
      }
      select(nearest?.end ?? null, this);
    }

    key(event) {
      const last = view.samples.length - 1, steps = { ArrowLeft: -1, ArrowRight: 1, PageUp: -12, PageDown: 12 };
      const at = view.samples.findIndex(sample => sample.end === view.cursor);
      let next;
      if (event.key in steps) next = at < 0 ? last : Math.min(last, Math.max(0, at + steps[event.key]));
      else if (event.key === "Home") next = 0;
      else if (event.key === "End") next = last;
      else if (event.key === "Escape") return select(null);
      else return;
      event.preventDefault();
      select(view.samples[next]?.end ?? null, this);
    }

    render() {
      this.width = this.plot.clientWidth;
      this.height = this.plot.clientHeight;
      this.bottom = this.height - BOTTOM - (this.plan.hasLane ? LANE : 0);
      const shown = this.shown;
      const values = view.samples.map(sample => shown.map(one => one.of(sample)));
      this.stacked = this.plan.kind === "stack" ? values.map(row => row.map((_, index) => sum(row.slice(0, index + 1)))) : values;
      const numbers = this.stacked.flat().filter(number => number !== null && Number.isFinite(number));
      const isEmpty = numbers.length === 0;
      this.scale = this.plan.isLogarithmic
        ? logarithmic(isEmpty ? 1e-3 : Math.max(1e-6, Math.min(...numbers)), isEmpty ? 1 : Math.max(...numbers))
        : linear(Math.max(0, ...numbers) * (this.plan.kind === "steps" ? 1.1 : 1), this.plan.smallest, this.plan.base ?? 10);
      this.svg.setAttribute("viewBox", `0 0 ${this.width} ${this.height}`);
      this.svg.replaceChildren(...this.axes());
      if (isEmpty) {
        const text = view.samples.length === 0 ? "The first sample comes in 5 seconds" : this.plan.empty ?? "";
        this.svg.append(draw("text", "middle empty-text", { x: (LEFT + this.width - RIGHT) / 2, y: this.y(0.5) }, text));
      }
      this.svg.append(...this.marks(), ...this.curves(shown));
      this.showLegend(shown);
      this.showCursor();
    }

    axes() {
      const nodes = [], end = this.width - RIGHT;
      for (const tick of this.scale.minor) {
        const y = this.y(this.scale.place(tick));
        nodes.push(draw("line", "grid", { x1: LEFT, x2: end, y1: y, y2: y, "stroke-opacity": 0.5 }));
      }
      nodes.push(draw("line", "base", { x1: LEFT, x2: end, y1: Math.round(this.bottom) + 0.5, y2: Math.round(this.bottom) + 0.5 }));
      for (const tick of this.scale.ticks) {
        const y = Math.round(this.y(this.scale.place(tick))) + 0.5;
        if (y < this.bottom) nodes.push(draw("line", "grid", { x1: LEFT, x2: end, y1: y, y2: y }));
        nodes.push(draw("text", "end", { x: LEFT - 8, y: y + 4 }, this.plan.axis(tick)));
      }
      const step = this.width < 420 ? 300 : 180;
      const zone = new Date(view.now * 1000).getTimezoneOffset() * 60;
      for (let tick = Math.ceil((view.now - WINDOW - zone) / step) * step + zone; tick <= view.now; tick += step) {
        const x = Math.round(this.x(tick)) + 0.5;
        nodes.push(draw("line", "base", { x1: x, x2: x, y1: this.height - BOTTOM, y2: this.height - BOTTOM + 4 }));
        // A text at the edge would be cut.
        if (x > LEFT + 14 && x < end - 8) {
          nodes.push(draw("text", "middle", { x, y: this.height - 4 }, shortClock.format(tick * 1000)));
        }
      }
      return nodes;
    }

    marks() {
      const nodes = [];
      // What matters most is drawn over the rest.
      for (const event of byWeight(view.events).reverse()) {
        const x = this.x(event.time), glyph = glyphOf(event);
        if (x < LEFT || x > this.width - RIGHT) continue;
        if (glyph.isLine) nodes.push(draw("line", `mark ${styleOf(event)}`, { x1: x, x2: x, y1: TOP, y2: this.bottom }));
        if (!this.plan.hasLane) continue;
        nodes.push(draw("path", `glyph ${styleOf(event)}`, { d: glyph.path, transform: `translate(${x} ${this.bottom + LANE / 2 + 2})` }));
      }
      return nodes;
    }

    /** The samples without those that have no value, cut where the time between two is unknown. */
    pieces(values) {
      const pieces = [];
      let previous = null;
      view.samples.forEach((sample, index) => {
        if (values[index] === null) {
          previous = null;
          return;
        }
        if (previous === null || sample.start - previous.end > 1) pieces.push([]);
        const piece = pieces.at(-1);
        // A long sample is an average: it is drawn as long as it is.
        if (piece.length === 0 || sample.end - sample.start > 12 || this.plan.kind === "steps") piece.push([sample.start, index]);
        piece.push([sample.end, index]);
        previous = sample;
      });
      return pieces;
    }

    curves(shown) {
      const nodes = [];
      const line = (points, values) =>
        points.map(([moment, index]) => `${this.x(moment).toFixed(1)} ${this.y(this.scale.place(values[index])).toFixed(1)}`);
      // The upper areas first: each covers the foot of the one above.
      const order = [...shown.keys()];
      if (this.plan.kind === "stack") order.reverse();
      for (const index of order) {
        const one = shown[index], values = this.stacked.map(row => row[index]);
        const under = this.plan.kind === "stack" && index > 0 ? this.stacked.map(row => row[index - 1]) : null;
        for (const piece of this.pieces(values)) {
          const upper = line(piece, values), first = this.x(piece[0][0]).toFixed(1), last = this.x(piece.at(-1)[0]).toFixed(1);
          const back = under ? line(piece, under).reverse() : [`${last} ${this.bottom}`, `${first} ${this.bottom}`];
          const area = `M${upper.join("L")}L${back.join("L")}Z`;
          if (this.plan.kind === "stack") nodes.push(draw("path", `area ${one.style}`, { d: area }));
          else {
            if (this.plan.isTinted) nodes.push(draw("path", `tint ${one.style}`, { d: area }));
            nodes.push(draw("path", `curve ${one.style}${one.isDashed ? " dashed" : ""}`, { d: `M${upper.join("L")}` }));
          }
        }
      }
      return nodes;
    }

    showLegend(shown) {
      const last = view.samples.at(-1);
      const items = shown.map(one => make("li", one.style, swatch(one), one.name, last ? make("b", "", text(this.plan, one, last)) : ""));
      this.legend.replaceChildren(...items);
    }

    showCursor() {
      this.cursor?.remove();
      this.cursor = null;
      const index = view.samples.findIndex(sample => sample.end === view.cursor);
      const sample = view.samples[index < 0 ? view.samples.length - 1 : index];
      this.plot.setAttribute("aria-valuemax", Math.max(0, view.samples.length - 1));
      this.plot.setAttribute("aria-valuenow", index < 0 ? Math.max(0, view.samples.length - 1) : index);
      this.plot.setAttribute("aria-valuetext", sample ? this.spoken(sample) : "no sample yet");
      this.tip.hidden = index < 0 || view.owner !== this;
      if (index < 0) return;
      const x = this.x(sample.end), shown = this.shown;
      this.cursor = draw("g");
      this.cursor.append(draw("line", "cross", { x1: x, x2: x, y1: TOP, y2: this.bottom }));
      for (const [place, one] of shown.entries()) {
        const number = this.stacked[index][place];
        if (number === null) continue;
        this.cursor.append(draw("circle", `knob ${one.style}`, { cx: x, cy: this.y(this.scale.place(number)), r: 3.5 }));
      }
      this.svg.append(this.cursor);
      if (!this.tip.hidden) this.showTip(sample, x, shown);
    }

    showTip(sample, x, shown) {
      const rows = shown.map(one => make("li", one.style, swatch(one), one.name, make("b", "", text(this.plan, one, sample))));
      if (this.plan.kind === "stack") rows.reverse();
      const all = byWeight(eventsIn(sample)), few = all.slice(0, 6);
      const events = few.map(event => make("span", "what", glyphNode(event), " " + described(event)));
      if (all.length > few.length) events.push(make("span", "what when", `and ${all.length - few.length} more`));
      this.tip.replaceChildren(make("p", "when", period(sample)), make("ul", "", ...rows), ...events);
      const width = this.tip.offsetWidth, gap = 12;
      const left = x + gap + width > this.width ? x - gap - width : x + gap;
      this.tip.style.transform = `translate(${Math.max(0, left)}px, ${TOP}px)`;
    }

    spoken(sample) {
      const values = this.shown.map(one => `${one.name} ${text(this.plan, one, sample)}`);
      return [timeOf(sample.end), ...values, ...eventsIn(sample).map(described)].join(", ");
    }
  }

  const sum = numbers => numbers.reduce((total, number) => total + number, 0);
  const swatch = one => make("span", "swatch" + (one.isDashed ? " dashed" : ""));
  function text(plan, one, sample) {
    const number = one.of(sample);
    return number === null ? "–" : plan.format(number);
  }
  const period = sample => (sample.end - sample.start > 12 ? `${timeOf(sample.start)} to ${timeOf(sample.end)}` : timeOf(sample.end));
  const byWeight = events => events.toSorted((one, other) => Boolean(glyphOf(other).isLine) - Boolean(glyphOf(one).isLine));
  const eventsIn = sample => view.events.filter(event => event.time > sample.start && event.time <= sample.end);
  const who = event => (event.worker === null ? "" : `worker ${event.worker}, gen ${event.generation}`);
  const described = event => (event.worker === null ? event.text : `${who(event)}: ${event.text}`);

  function glyphNode(event) {
    const svg = draw("svg", styleOf(event), { viewBox: "-6 -6 12 12", width: 12, height: 12, "aria-hidden": "true" });
    svg.append(draw("path", "glyph", { d: glyphOf(event).path }));
    return svg;
  }

  /** One cursor for all charts; only the one that was pointed at has a tip. */
  function select(moment, owner = null) {
    view.cursor = moment;
    view.owner = owner;
    for (const chart of drawn) chart.showCursor();
  }

  // MARK: The head

  const states = { serving: "good", starting: "busy", reloading: "busy", upgrading: "busy", stopping: "busy" };

  function showHead(data) {
    element("state").className = "state " + (states[data.state] ?? "bad");
    element("state-text").textContent = data.state;
    const facts = [
      `${data.ready_workers} of ${data.target_workers} ${data.target_workers === 1 ? "worker" : "workers"} ready`,
      `generation ${data.generation}`, `up ${age(data.time - data.started)}`, `${whole(data.responses)} responses`,
      `${whole(data.lost_workers)} ${data.lost_workers === 1 ? "worker" : "workers"} lost`,
      `version ${data.version}`, `pid ${data.pid}`,
    ];
    element("facts").replaceChildren(...facts.map(fact => make("span", "", fact)));
    document.title = `${data.state} – Brigade`;
    const notices = [
      ...data.unreachable.map(one => make("li", "", `${one.address} is unreachable: ${one.reason}`)),
      ...data.health_problems.map(one => make("li", "", `Health problem of ${one.workers} ${one.workers === 1 ? "worker" : "workers"}: ${one.problem}`)),
      ...(data.last_change?.includes("failed") ? [make("li", "warn", `Last ${data.last_change}`)] : []),
    ];
    element("notices").replaceChildren(...notices);
    element("notices").hidden = notices.length === 0;
  }

  function tile(name, [number, unit], more, isBad = false) {
    const shown = make("span", "value" + (isBad ? " bad" : ""), number, unit ? make("small", "", unit) : "");
    return make("div", "", make("dt", "", name), make("dd", "", shown), make("dd", "more", more));
  }

  function showTiles(data) {
    const recent = view.samples.filter(sample => sample.end > view.now - 60), last = view.samples.at(-1);
    const responses = sample => sum(classes.map(name => sample[name]));
    const total = sum(recent.map(responses)), errors = sum(recent.map(sample => sample["5xx"]));
    const refused = sum(recent.map(sample => sample["4xx"]));
    const part = number => (total === 0 ? "–" : digits(number / total * 100));
    const length = last ? last.end - last.start : 1;
    const cores = last ? (last.workers_cpu + last.master_cpu) / length : null;
    const memory = last ? last.workers_memory + last.master_memory : null;
    const peak = Math.max(0, ...view.samples.map(sample => responses(sample) / (sample.end - sample.start)));
    const [rateNumber, rateUnit] = last ? countParts(responses(last) / length) : ["–", ""];
    const tail = last ? last.p99 : null, middle = last ? last.p50 : null;
    element("tiles").replaceChildren(
      tile("Responses", [rateNumber, last ? rateUnit + "/s" : ""], `peak ${last ? count(peak) + "/s" : "–"}`),
      tile("Latency, p99", timeParts(tail), `p50 ${time(middle)}`),
      tile("Server errors, 1 min", [part(errors), total === 0 ? "" : "%"], `4xx ${part(refused)}${total === 0 ? "" : " %"}`, errors > 0),
      tile("In flight", [last ? count(last.in_flight) : "–", ""], `${last ? count(last.connections) : "–"} connections`),
      tile("Processor", cores === null ? ["–", ""] : [digits(cores), "cores"], data.queue === null ? "" : `accept queue ${whole(data.queue.length)} of ${whole(data.queue.limit)}`),
      tile("Memory", memory === null ? ["–", ""] : sizeParts(memory), `master ${last ? size(last.master_memory) : "–"}`));
  }

  // MARK: Tables

  const cell = (content, name = "") => make("td", name, content);
  function rowHead(name, ...content) {
    const node = make("th", name, ...content);
    node.scope = "row";
    return node;
  }

  function columnHead(name, style = "") {
    const node = make("th", style, name);
    node.scope = "col";
    return node;
  }

  function fill(table, heads, rows) {
    table.replaceChildren(make("thead", "", make("tr", "", ...heads)), make("tbody", "", ...rows));
  }

  function showWorkers(data) {
    const heads = ["worker", "generation", "pid", "state", "age", "responses", "connections", "in flight", "p50", "p99", "memory"];
    const rows = data.workers.map(worker => {
      const dot = make("span", "dot");
      dot.setAttribute("aria-hidden", "true");
      const state = make("td", "text " + (worker.state === "ready" ? "good" : worker.state === "failing" ? "bad" : "busy"), dot, worker.state);
      return make("tr", "", rowHead("text", String(worker.slot)), cell(String(worker.generation)), cell(worker.pid === null ? "–" : String(worker.pid)),
        state, cell(age(worker.age)), cell(whole(worker.responses)), cell(whole(worker.connections)), cell(whole(worker.in_flight)),
        cell(time(worker.p50)), cell(time(worker.p99)), cell(worker.memory === null ? "–" : size(worker.memory)));
    });
    fill(element("workers"), heads.map(head => columnHead(head, head === "worker" || head === "state" ? "text" : "")), rows);
  }

  const order = { key: "responses" };
  let showsAllRoutes = false, previousRoutes = new Map(), routeRates = new Map();

  function showRoutes(data) {
    const columns = [["responses", "responses"], ["rate", "per second"], ["4xx", "4xx"], ["5xx", "5xx"], ["p50", "p50"], ["p99", "p99"]];
    const rows = data.routes.map(route => ({ ...route, rate: routeRates.get(nameOf(route)) ?? null }));
    rows.sort((one, other) => (other[order.key] ?? -1) - (one[order.key] ?? -1) || other.responses - one.responses);
    const most = Math.max(1, ...rows.map(row => row.responses));
    const heads = columns.map(([key, name]) => {
      const button = make("button", "", name), head = columnHead(button);
      button.type = "button";
      button.dataset.key = key;
      if (order.key === key) head.setAttribute("aria-sort", "descending");
      return head;
    });
    const shown = showsAllRoutes ? rows : rows.slice(0, FEW_ROUTES);
    const focused = document.activeElement?.dataset?.key;
    const none = cell("No request yet.", "none");
    none.colSpan = heads.length + 1;
    fill(element("routes"), [columnHead("route", "text"), ...heads], rows.length === 0 ? [make("tr", "", none)] : shown.map(row => {
      const bar = make("i"), share = make("td", "share", bar, make("span", "", whole(row.responses)));
      bar.style.width = `calc((100% - 1.5rem) * ${row.responses / most})`;
      const number = (key, style) => cell(whole(row[key]), row[key] > 0 ? style : "zero");
      return make("tr", "", rowHead("text route", make("span", "method", row.method), " " + row.route), share,
        cell(row.rate === null ? "–" : count(row.rate), row.rate ? "" : "zero"), number("4xx", "some-4xx"), number("5xx", "some-5xx"),
        cell(time(row.p50)), cell(time(row.p99)));
    }));
    if (focused) element("routes").querySelector(`[data-key="${focused}"]`)?.focus();
    const button = element("all-routes");
    button.hidden = rows.length <= FEW_ROUTES;
    button.textContent = showsAllRoutes ? "Show fewer" : `Show all ${rows.length} routes`;
  }

  const nameOf = route => `${route.method} ${route.route}`;

  /** What each route has answered since the last time. */
  function measureRoutes(data, former) {
    routeRates = new Map();
    for (const route of data.routes) {
      const before = previousRoutes.get(nameOf(route)), length = former ? data.time - former.time : 0;
      if (before !== undefined && length > 0 && route.responses >= before) routeRates.set(nameOf(route), (route.responses - before) / length);
    }
    previousRoutes = new Map(data.routes.map(route => [nameOf(route), route.responses]));
  }

  element("routes").addEventListener("click", event => {
    const key = event.target.closest("button")?.dataset.key;
    if (!key) return;
    order.key = key;
    showRoutes(latest);
  });
  element("all-routes").addEventListener("click", () => {
    showsAllRoutes = !showsAllRoutes;
    showRoutes(latest);
  });

  function showEvents() {
    const items = view.events.toReversed().map(event => {
      const moment = make("time", "", timeOf(event.time));
      moment.dateTime = new Date(event.time * 1000).toISOString();
      return make("li", event.level, moment, glyphNode(event), make("span", "who", who(event)), make("span", "what", event.text));
    });
    element("events").replaceChildren(...(items.length > 0 ? items : [make("li", "none", "Nothing yet.")]));
  }

  // MARK: Data

  const rowsOf = columns => columns.end.map((_, index) => Object.fromEntries(Object.keys(columns).map(key => [key, columns[key][index]])));
  let latest = null;

  function show(data) {
    const former = latest;
    latest = data;
    view.now = data.time;
    const samples = rowsOf(data.samples);
    // A server that was restarted has forgotten what this page still knows.
    const first = samples[0]?.start ?? data.time;
    view.samples = [...view.samples.filter(sample => sample.end < first), ...samples].filter(sample => sample.end > data.time - WINDOW);
    const begin = data.events[0]?.time ?? data.time;
    view.events = former && former.started !== data.started
      ? [...view.events.filter(event => event.time < begin), ...data.events].slice(-200) : data.events;
    measureRoutes(data, former && former.started === data.started ? former : null);
    element("main").hidden = false;
    showHead(data);
    showTiles(data);
    for (const chart of drawn) chart.render();
    showWorkers(data);
    showRoutes(data);
    showEvents();
  }

  const drawn = charts.map((plan, index) => new Chart(plan, index));
  element("charts").append(...drawn.map(chart => chart.node));
  new ResizeObserver(() => {
    if (latest) for (const chart of drawn) chart.render();
  }).observe(element("charts"));

  // MARK: Refreshing

  let failedSince = null, timer = null;

  async function refresh() {
    clearTimeout(timer);
    const begin = performance.now();
    try {
      const response = await fetch("data.json", { cache: "no-store", signal: AbortSignal.timeout(TIMEOUT) });
      if (!response.ok) throw new Error(`status ${response.status}`);
      show(await response.json());
      element("recovery").textContent = failedSince === null ? "" : "The server answers again.";
      failedSince = null;
      element("alarm").hidden = true;
      element("main").classList.remove("stale");
      element("live").textContent = `Live, updated ${timeOf(Date.now() / 1000)}`;
    } catch (error) {
      // Said once: a screen reader would repeat it.
      if (failedSince === null) {
        failedSince = Date.now() / 1000;
        console.info(error);
        element("alarm").textContent = `The server has not answered since ${timeOf(failedSince)}. `
          + (latest ? `What you see is from ${timeOf(latest.time)}. ` : "") + "This page tries again every 5 seconds.";
        element("alarm").hidden = false;
        element("main").classList.add("stale");
        element("live").textContent = "";
        element("state").className = "state bad";
        element("state-text").textContent = "no answer";
        document.title = "no answer – Brigade";
      }
    }
    if (!document.hidden) timer = setTimeout(refresh, Math.max(250, PERIOD - (performance.now() - begin)));
  }

  // A page that nobody looks at asks for nothing.
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) refresh();
    else clearTimeout(timer);
  });
  refresh();
})();
