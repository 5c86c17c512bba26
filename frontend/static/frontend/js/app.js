// Everything a page does by itself. All listeners for htmx live here, for its next major version.
"use strict";
(() => {
  const root = document.documentElement;
  const one = (selector, from = document) => from.querySelector(selector);
  const meta = (name) => one(`meta[name="${name}"]`)?.content;
  const on = (name, act) => document.addEventListener(name, act);
  const dialog = one("#dialog");
  const openMenus = () => document.querySelectorAll(".menu[open], .more[open]");

  // --- Messages that pass -------------------------------------------------------------------
  function toast(text, kind) {
    const item = one("#toast").content.firstElementChild.cloneNode(true);
    one("span", item).textContent = text;
    item.dataset.kind = kind || "good";
    one(".toasts").append(item);
    // Elders get no time limit, nobody gets one for an error.
    if (kind !== "bad" && root.dataset.elder === "standard") setTimeout(() => item.remove(), 8000);
  }
  on("toast", (event) => toast(event.detail.text, event.detail.kind));
  const failed = () => toast(one(".toasts").dataset.failed, "bad");
  const offline = () => toast(one(".toasts").dataset.offline, "bad");
  on("htmx:responseError", failed);
  on("htmx:sendError", offline);
  on("htmx:timeout", offline);

  // --- htmx ---------------------------------------------------------------------------------
  on("htmx:configRequest", (event) => {
    if (event.detail.verb !== "get") event.detail.headers["X-CSRFToken"] = meta("csrf-token");
  });
  on("htmx:afterSwap", (event) => {
    const target = event.detail.target;
    if (!target) return; // history restore has none
    if (target.id === "dialog-body" && !dialog.open) dialog.showModal();
    one(".error-summary", target)?.focus();
    prepare(target);
  });
  on("dialog-close", () => dialog.close());
  one(".error-summary")?.focus();

  // --- Search while typing: never in the middle of a pinyin syllable ------------------------
  const live = (event) => {
    if (!event.isComposing) event.target.dispatchEvent(new Event("live", { bubbles: true }));
  };
  on("input", live);
  on("compositionend", live);

  // --- Revealed values hide again after a minute --------------------------------------------
  function prepare(part) {
    for (const value of part.querySelectorAll("[data-mask]")) {
      setTimeout(() => (value.textContent = value.dataset.mask), 60000);
    }
    for (const copy of part.querySelectorAll("[data-copy]")) copy.hidden = !navigator.clipboard;
    for (const print of part.querySelectorAll("[data-print]")) print.hidden = false;
  }
  prepare(document);

  // --- Clicks -------------------------------------------------------------------------------
  on("click", async (event) => {
    const button = event.target.closest("[data-close], [data-copy], [data-print], button[data-extend]");
    for (const menu of openMenus()) menu.open = menu.contains(event.target);
    if (!button) return;
    if ("close" in button.dataset) {
      const box = button.closest("dialog, .toast");
      if (box.open) box.close();
      else box.remove();
    }
    if ("copy" in button.dataset) {
      await navigator.clipboard.writeText(button.dataset.copy);
      toast(button.dataset.copied);
    }
    if ("print" in button.dataset) window.print();
    if ("extend" in button.dataset) extend();
  });

  // --- Keys ---------------------------------------------------------------------------------
  on("keydown", (event) => {
    const at = event.target;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) at.form?.requestSubmit();
    if (event.key === "Escape") {
      for (const menu of openMenus()) {
        menu.open = false;
        one("summary", menu).focus();
      }
    }
    const typing = at.matches?.("input, select, textarea, [contenteditable]");
    if (typing || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (root.dataset.shortcuts === "off" || one("dialog[open]")) return;
    if (event.key === "/") {
      const box = [...document.querySelectorAll("[data-search]")].find((field) => field.offsetParent);
      if (box) {
        event.preventDefault();
        box.focus();
      }
    }
    if (event.key === "?") one("#help-link").click();
  });

  // --- A form with changes is not left by mistake -------------------------------------------
  let dirty = false;
  on("input", (event) => (dirty ||= Boolean(event.target.closest("form[data-guard]"))));
  on("submit", () => (dirty = false));
  addEventListener("beforeunload", (event) => {
    if (dirty) event.preventDefault();
  });

  // --- What is typed is kept on the server, never in this browser ----------------------------
  const unsent = one("form[data-unsent]");
  if (unsent) {
    let typed = false;
    unsent.addEventListener("input", () => (typed = true));
    unsent.addEventListener("submit", () => (typed = false));
    setInterval(async () => {
      if (!typed) return;
      typed = false;
      const headers = { "X-CSRFToken": meta("csrf-token") };
      const body = new URLSearchParams(new FormData(unsent));
      try {
        const answer = await fetch(unsent.dataset.unsent, { method: "POST", headers, body, redirect: "error" });
        if (answer.ok) one("[data-kept]", unsent).hidden = false;
        else typed = true;
      } catch {
        typed = true; // the line is down: the next round tries again
      }
    }, 20000);
  }

  // --- Two minutes' notice before an idle session ends --------------------------------------
  const idle = one("#idle");
  const lasts = Number(meta("idle-seconds"));
  let seen = Date.now();
  function extend() {
    idle.close();
    seen = Date.now();
    const headers = { "X-CSRFToken": meta("csrf-token") };
    fetch(idle.dataset.extend, { method: "POST", headers }).catch(offline);
  }
  on("htmx:afterRequest", () => (seen = Date.now()));
  if (idle) {
    setInterval(() => {
      const left = Math.round(lasts - (Date.now() - seen) / 1000);
      if (left > 120) return;
      if (left <= 0) {
        dirty = false;
        location.reload();
      }
      one("[data-left]", idle).textContent = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
      if (!idle.open) idle.showModal();
    }, 1000);
  }
})();
