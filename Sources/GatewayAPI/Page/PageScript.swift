/// What the page does: ask for a key, ask the gateway every two seconds, show the answer.
/// Everything from the gateway is put in as text, never as markup.
let pageScript = pageScriptCore + pageScriptOperator + pageScriptReaders + pageScriptStart

private let pageScriptCore = #"""
    "use strict";
    const store = "turnpike-key", every = 2000;
    const at = id => document.getElementById(id);
    let key = sessionStorage.getItem(store) || "", caller = null, timer = 0, round = 0;
    let show = null;

    function el(tag, options, ...children) {
      const node = document.createElement(tag);
      for (const [name, value] of Object.entries(options || {})) {
        if (name === "class") node.className = value;
        else if (name === "text") node.textContent = value;
        else if (name === "on") node.addEventListener("click", value);
        else node.setAttribute(name, value);
      }
      node.append(...children.filter(child => child != null));
      return node;
    }
    const count = new Intl.NumberFormat("en");
    const number = value => count.format(value);
    const bytes = value => {
      const units = ["B", "KB", "MB", "GB", "TB"];
      let place = 0;
      while (value >= 1000 && place < 4) { value /= 1000; place++; }
      return (place ? value.toFixed(1) : value) + " " + units[place];
    };
    const words = name => name.toLowerCase().replaceAll("_", " ");
    const day = text => new Date(text.length === 10 ? text + "T12:00:00Z" : text)
      .toLocaleDateString("en-GB", { day: "numeric", month: "short", year: "numeric" });
    const days = (first, last) => first.slice(0, 4) === last.slice(0, 4)
      ? day(first).slice(0, -5) + " – " + day(last) : day(first) + " – " + day(last);
    const moment = text => new Date(text)
      .toLocaleString("en-GB",
        { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });

    async function ask(path, headers) {
      const answer = await fetch(path, {
        headers: { Authorization: "Bearer " + key, ...headers }, cache: "no-store"
      });
      if (answer.status === 304) return null;
      const body = await answer.json();
      if (!answer.ok) throw Object.assign(new Error(body.detail), body);
      return Object.assign(body, { tag: answer.headers.get("ETag") });
    }
    function pulse(text, tone) {
      const pill = at("pulse");
      pill.hidden = !text;
      if (pill.textContent !== text) pill.textContent = text;
      pill.className = "pill " + (tone || "");
    }
    function fill(...children) {
      at("view").replaceChildren(...children.filter(child => child != null));
    }
    function forget(why) {
      round++;
      clearTimeout(timer);
      sessionStorage.removeItem(store);
      key = ""; caller = null; show = null;
      fill(); pulse("");
      at("who").hidden = at("leave").hidden = true;
      at("enter").hidden = false;
      at("wrong").textContent = why || "";
      at("key").value = "";
      at("key").focus();
    }
    function table(heads, rows) {
      return el("table", {},
        el("thead", {}, el("tr", {}, ...heads.map(([text, kind]) =>
          el("th", { scope: "col", class: kind || "", text })))),
        el("tbody", {}, ...rows));
    }

    """#

private let pageScriptOperator = #"""
    const rates = [];
    function tile(name, value, note, tone, chart) {
      return el("div", { class: "card tile " + (tone || "") },
        el("dt", { text: name }),
        el("dd", { text: value }, note ? el("small", { text: note }) : null), chart);
    }
    function spark() {
      const space = "http://www.w3.org/2000/svg", top = Math.max(1, ...rates);
      const svg = document.createElementNS(space, "svg");
      const step = 60 / Math.max(1, rates.length - 1);
      svg.setAttribute("viewBox", "0 0 60 20");
      svg.setAttribute("preserveAspectRatio", "none");
      svg.setAttribute("aria-hidden", "true");
      const line = document.createElementNS(space, "polyline");
      line.setAttribute("points", rates.map((rate, place) =>
        (step * place).toFixed(2) + "," + (19 - 17 * rate / top).toFixed(2)).join(" "));
      svg.append(line);
      return svg;
    }
    function bars(counts) {
      const entries = Object.entries(counts).sort((a, b) => b[1] - a[1]);
      const top = Math.max(1, ...entries.map(entry => entry[1]));
      if (!entries.length) return el("p", { class: "note", text: "None yet." });
      return table([["State"], [""], ["Count", "n"]], entries.map(([name, value]) => {
        const meter = el("div", { class: "meter" });
        meter.style.width = (100 * value / top).toFixed(1) + "%";
        return el("tr", {}, el("td", { text: words(name) }), el("td", { class: "wide" }, meter),
          el("td", { class: "n", text: number(value) }));
      }));
    }
    async function operator() {
      const s = await ask("/v1/status");
      rates.push(s.rates.received_per_second);
      if (rates.length > 60) rates.shift();
      pulse(s.ready ? "Ready" : "Not ready", s.ready ? "good" : "bad");
      const m = s.messages;
      const settled = m.applied + m.duplicate + m.gated + m.unlinked + m.quarantined;
      const rate = value => number(value < 10 ? Math.round(value * 10) / 10 : Math.round(value));
      fill(
        s.ready ? null : el("div", { class: "card alert", role: "alert" },
          el("h2", { text: "The gateway cannot do its work" }),
          el("ul", {}, ...s.reasons.map(text => el("li", { text })))),
        el("dl", { class: "tiles" },
          tile("Messages / s", rate(s.rates.received_per_second),
            rate(s.rates.applied_per_second) + " applied", "rate", spark()),
          tile("Vehicles heard", number(s.vehicles.heard)),
          tile("Vehicles silent", number(s.vehicles.silent)),
          tile("Unlinked names", number(s.vehicles.unlinked_names), "no vehicle known",
            s.vehicles.unlinked_names ? "warn" : ""),
          tile("In quarantine", number(s.quarantine_held), "payloads held",
            s.quarantine_held ? "warn" : ""),
          tile("Journal", bytes(s.journal.bytes), "batch " + number(s.journal.position))),
        el("div", { class: "columns" },
          el("section", { class: "card" }, el("h2", { text: "Leads by state" }), bars(s.leads)),
          el("section", { class: "card" }, el("h2", { text: "Messages" }),
            table([["What became of them"], ["Count", "n"]],
              ["applied", "duplicate", "gated", "unlinked", "quarantined", "under_way"].map(name =>
                el("tr", {}, el("td", { text: words(name) }),
                  el("td", { class: "n", text: number(m[name]) })))),
            el("p", { class: "note", text: number(m.received) + " received"
              + (m.received === settled ? ", all accounted for." : ".") })),
          el("section", { class: "card" }, el("h2", { text: "Broker connections" }),
            s.connections.length ? table([["Name"], ["State"]], s.connections.map(c =>
              el("tr", {}, el("td", { text: c.name }), el("td", {},
                el("span", { text: c.state, class: "state " + (c.state === "connected" ? "good"
                  : c.state === "refused" ? "bad" : "warn") }),
                el("div", { class: "small", text: (c.detail ? c.detail + " · " : "")
                  + "since " + moment(c.since) })))))
              : el("p", { class: "note", text: "None configured." })),
          el("section", { class: "card" }, el("h2", { text: "Deliveries" }), bars(s.outbox))));
    }

    """#

private let pageScriptReaders = #"""
    const leads = new Map();
    let cursor = "", tag = "", onlyOpen = true, drawn = false;
    const closed = new Set(["DONE", "DONE_PARTIAL", "DECLINED_BY_DEALER", "LOST", "WITHDRAWN",
      "EXPIRED", "REASSIGNED", "DUPLICATE", "FALSE_ALARM"]);
    const urgency = { T0: "Stop now", T1: "Service now", T2: "Service soon", T3: "Due",
      T4: "For information" };
    function fact(name, value) {
      return value ? [el("dt", { text: name }), el("dd", { text: value })] : [];
    }
    function card(lead) {
      const span = lead.due || {}, sla = lead.sla || {}, over = closed.has(lead.status);
      const due = span.p10 && span.p90 && span.p10 !== span.p90
        ? days(span.p10, span.p90) : span.p50 ? day(span.p50) : "";
      const reason = Object.values(lead.reason_text || {})[0];
      const action = lead.suggested_action && lead.suggested_action.code;
      return el("li", { class: "card lead " + lead.tier.toLowerCase() + (over ? " closed" : "") },
        el("div", { class: "top" }, el("b", { text: urgency[lead.tier] || lead.tier }),
          el("span", { text: lead.trigger_code })),
        el("h3", { text: reason || "This lead is no longer yours to work on." }),
        action ? el("p", { text: "Suggested: " + words(action) }) : null,
        el("dl", { class: "facts" },
          ...fact("Due", due && due + (span.confidence === "LOW" ? " (rough)" : "")),
          ...fact("Vehicle", [lead.brand, lead.model, lead.model_year, lead.powertrain]
            .filter(Boolean).join(" ")),
          ...fact("Odometer", lead.odometer && number(lead.odometer.value) + " km"),
          ...fact("Status", words(lead.status)),
          ...fact("Acknowledge by", sla.ack_by && ["NEW", "DELIVERED"].includes(lead.status)
            ? moment(sla.ack_by) : ""),
          ...fact("Contact by", sla.contact_by
            && ["NEW", "DELIVERED", "ACKNOWLEDGED", "CONTACT_ATTEMPTED"].includes(lead.status)
            ? moment(sla.contact_by) : "")));
    }
    const soon = lead => lead.due && lead.due.p50 || "9";
    function drawLeads() {
      const all = [...leads.values()];
      const open = all.filter(lead => !closed.has(lead.status));
      const shown = (onlyOpen ? open : all).sort((a, b) => a.tier.localeCompare(b.tier)
        || soon(a).localeCompare(soon(b)));
      const choose = (text, value) => el("button", { type: "button", class: "quiet", text,
        "aria-pressed": String(onlyOpen === value), on: () => { onlyOpen = value; drawLeads(); } });
      fill(
        el("div", { class: "head" }, el("h2", { text: open.length === 1 ? "1 open lead"
          : number(open.length) + " open leads" }), choose("Open", true),
          choose("All " + number(all.length), false)),
        shown.length ? el("ul", { class: "leads" }, ...shown.slice(0, 500).map(card))
          : el("p", { class: "card empty", text: onlyOpen && all.length
            ? "No lead is open." : "No lead has come yet. This page looks every two seconds." }));
      drawn = true;
    }
    async function dealer() {
      const base = "/v1/dealers/" + encodeURIComponent(caller.party) + "/leads?limit=200";
      let changed = !drawn, more = true;
      while (more) {
        const page = await ask(base + (cursor ? "&after=" + encodeURIComponent(cursor) : ""),
          tag ? { "If-None-Match": tag } : {});
        if (!page) break;
        tag = page.leads.length ? "" : page.tag;
        for (const lead of page.leads) { leads.set(lead.lead_id, lead); changed = true; }
        cursor = page.next;
        more = page.has_more;
      }
      pulse("Live", "good");
      if (changed) drawLeads();
    }

    let metric = "vehicles", usageTag = "";
    async function manufacturer() {
      const usage = await ask("/v1/usage?by=model,powertrain,month&metric=" + metric);
      pulse("Live", "good");
      const now = metric + JSON.stringify(usage.cells);
      if (now === usageTag) return;
      usageTag = now;
      const choose = (value, text) => el("button", { type: "button", class: "quiet", text,
        "aria-pressed": String(metric === value), on: () => { metric = value; tick(); } });
      fill(el("div", { class: "head" }, el("h2", { text: "Usage in cohorts" }),
          choose("vehicles", "Vehicles"), choose("distance", "Distance"),
          choose("days_driven", "Days driven")),
        el("div", { class: "card scroll" }, usage.cells.length
          ? table([["Month"], ["Model"], ["Powertrain"], [usage.unit, "n"]], usage.cells.map(cell =>
            el("tr", {}, el("td", { text: cell.month }), el("td", { text: cell.model }),
              el("td", { text: cell.powertrain }),
              el("td", { class: "n", text: number(cell.value) }))))
          : el("p", { class: "empty", text: "No cohort is large enough yet." }),
          el("p", { class: "note", text: "Cells under " + usage.rules.minimum_vehicles
            + " vehicles or " + usage.rules.minimum_holders
            + " holders are left out everywhere; values carry a small noise." })));
    }
    let lines = [], ledger = "";
    async function auditor() {
      let more = true;
      while (more) {
        const page = await ask("/v1/disclosures?limit=200"
          + (ledger ? "&after=" + encodeURIComponent(ledger) : ""));
        lines = lines.concat(page.disclosures).slice(-500);
        ledger = page.next;
        more = page.has_more;
      }
      pulse("Live", "good");
      fill(el("div", { class: "head" }, el("h2", { text: "What was shared, with whom, and why" })),
        el("div", { class: "card scroll" }, lines.length
          ? table([["When"], ["Who"], ["What"], ["About"], ["Purpose"], ["Door"]],
            lines.slice().reverse().map(line => el("tr", {},
              el("td", { text: moment(line.date_time) }), el("td", { text: line.recipient }),
              el("td", { text: line.data_classes.join(" ") }),
              el("td", {}, el("code", { text: line.reference })),
              el("td", { text: line.purpose }), el("td", { text: line.door }))))
          : el("p", { class: "empty", text: "Nothing was shared yet." })));
    }
    async function owner() {
      pulse("");
      fill(el("p", { class: "card empty", text: "This page has nothing for owners yet." }));
    }

    """#

private let pageScriptStart = #"""
    let busy = false;
    async function tick() {
      clearTimeout(timer);
      if (busy) return;
      busy = true;
      const mine = round;
      try {
        if (!caller) await begin();
        if (mine === round) await show();
      } catch (error) {
        if (mine === round) failed(error);
      }
      busy = false;
      if (key && mine !== round) tick();
      else if (key) timer = setTimeout(tick, document.hidden ? 5 * every : every);
    }
    async function begin() {
      const mine = round, found = await ask("/v1/whoami");
      if (mine !== round) return;
      caller = found;
      sessionStorage.setItem(store, key);
      at("enter").hidden = true;
      at("leave").hidden = at("who").hidden = false;
      at("who").textContent = caller.role + " · " + caller.party;
      show = { operator, dealer, manufacturer, auditor, owner }[caller.role] || owner;
      leads.clear();
      rates.length = 0;
      cursor = tag = usageTag = ledger = "";
      lines = [];
      drawn = false;
    }
    function failed(error) {
      if (error.status === 401 || !caller) {
        forget(error.status ? error.detail : "The gateway does not answer.");
      } else {
        pulse(error.status === 429 ? "Slowed down" : "No answer", "bad");
      }
    }
    at("enter").addEventListener("submit", event => {
      event.preventDefault();
      key = at("key").value.trim();
      if (!/^[\x21-\x7e]{1,256}$/.test(key)) return forget("That is no key.");
      at("wrong").textContent = "";
      tick();
    });
    at("leave").addEventListener("click", () => forget());
    document.addEventListener("visibilitychange", () => {
      if (!document.hidden && caller) tick();
    });
    if (key) { at("enter").hidden = true; tick(); }

    """#
