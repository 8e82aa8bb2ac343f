// What the pages gain with a script; without it every page works as it stands.
"use strict";

(() => {
  const narrow = window.matchMedia("(max-width: 40rem)");
  const cprLike = /\d{6}[\s-]?\w{4}/;

  // A screen that is left alone does not go on showing a patient: it goes where the ended session would lead.
  const idle = Number(document.body.dataset.idleSeconds);
  if (idle) {
    let leaving = 0;
    const stay = () => {
      clearTimeout(leaving);
      leaving = setTimeout(() => window.location.replace("/sign-in?late"), idle * 1000);
    };
    for (const sign of ["pointerdown", "keydown", "scroll", "wheel"]) {
      document.addEventListener(sign, stay, { passive: true, capture: true });
    }
    stay();
  }

  for (const button of document.querySelectorAll("[data-print]")) {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  }

  // On a phone the filters start folded, unless one is in use.
  const filters = document.querySelector("[data-filters]");
  if (filters && narrow.matches && !window.location.search) filters.open = false;

  // --- Arrow keys in the table: one stop for the Tab key, then up, down, left, right, Home and End. ---

  function links(cell) {
    return cell ? [...cell.querySelectorAll("a")] : [];
  }

  function prepareGrid(grid) {
    if (narrow.matches) return;
    const all = grid.querySelectorAll("tbody a");
    for (const link of all) link.tabIndex = -1;
    const first = grid.querySelector("td a") || all[0];
    if (first) first.tabIndex = 0;
  }

  function below(link, step) {
    const cell = link.closest("th, td");
    const inside = links(cell);
    const beside = inside[inside.indexOf(link) + step];
    if (beside) return beside;
    const rows = [...cell.closest("table").querySelectorAll("tbody tr:not(.group)")];
    for (let at = rows.indexOf(cell.parentElement) + step; rows[at]; at += step) {
      const found = links(rows[at].cells[cell.cellIndex]);
      if (found.length) return step > 0 ? found[0] : found[found.length - 1];
    }
    return null;
  }

  function aside(link, step) {
    const cell = link.closest("th, td");
    for (let next = cell; (next = step > 0 ? next.nextElementSibling : next.previousElementSibling); ) {
      const found = links(next);
      if (found.length) return found[0];
    }
    return null;
  }

  function onArrow(event) {
    const link = event.target.closest("[data-grid] tbody a");
    if (!link || event.altKey || event.ctrlKey || event.metaKey) return;
    const row = [...link.closest("tr").querySelectorAll("a")];
    const goal = {
      ArrowDown: () => below(link, 1),
      ArrowUp: () => below(link, -1),
      ArrowRight: () => aside(link, 1),
      ArrowLeft: () => aside(link, -1),
      Home: () => row[0],
      End: () => row[row.length - 1],
    }[event.key];
    if (!goal) return;
    event.preventDefault();
    const next = goal();
    if (!next) return;
    link.tabIndex = -1;
    next.tabIndex = 0;
    next.focus();
  }

  for (const grid of document.querySelectorAll("[data-grid]")) prepareGrid(grid);
  document.addEventListener("keydown", onArrow);

  // --- Pages of ours, fetched; whatever is not as expected is opened in the ordinary way. ---

  async function fetched(address, part) {
    const answer = await fetch(address, { credentials: "same-origin", headers: { accept: "text/html" } });
    if (!answer.ok || answer.redirected) return null;
    return new DOMParser().parseFromString(await answer.text(), "text/html").querySelector(part)
      ?.ownerDocument;
  }

  // --- A value in a panel beside the table. ---

  const panel = document.querySelector("[data-panel]");

  async function openPanel(link) {
    const told = await fetched(link.href, "#detail").catch(() => null);
    if (!told) {
      window.location.assign(link.href);
      return;
    }
    panel.querySelector("[data-panel-content]").replaceChildren(document.adoptNode(told.querySelector("#detail")));
    panel.scrollTop = 0;
    panel.showModal();
  }

  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-grid] td a");
    const plain = event.button === 0 && !event.altKey && !event.ctrlKey && !event.metaKey && !event.shiftKey;
    if (link && panel && plain) {
      event.preventDefault();
      openPanel(link);
    } else if (event.target === panel) {
      panel.close();
    }
  });

  // --- Filters without loading the whole page again. ---

  const form = filters?.querySelector("form");
  let asked = null;

  async function show(address) {
    if (asked === address) return; // Enter in a field both changes and submits
    asked = address;
    const told = await fetched(address, "#results").catch(() => null);
    if (asked !== address) return;
    asked = null;
    if (!told) {
      window.location.assign(address);
      return;
    }
    for (const part of ["#counts", "#results"]) {
      document.querySelector(part).replaceChildren(...document.adoptNode(told.querySelector(part)).childNodes);
    }
    window.history.replaceState(null, "", address);
    if (cprLike.test(form.elements.text.value)) form.elements.text.value = "";
    for (const grid of document.querySelectorAll("[data-grid]")) prepareGrid(grid);
  }

  function wanted() {
    const query = new URLSearchParams();
    for (const [name, value] of new FormData(form)) {
      if (name === "text" && cprLike.test(value)) query.set("removed", "1");
      else if (value && !(name === "period" && value === "all")) query.set(name, value);
    }
    const page = form.getAttribute("action");
    return query.size ? `${page}?${query}` : page;
  }

  if (form && "size" in URLSearchParams.prototype) {
    form.addEventListener("change", (event) => {
      const { period, from, to } = form.elements;
      if (event.target === period) from.value = to.value = "";
      else if (event.target === from || event.target === to) period.value = "all";
      show(wanted());
    });
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      show(wanted());
    });
  }
})();
