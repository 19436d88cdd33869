// A table that is sorted by its server, and keeps its rows in place while it is read.

// `columns`: {key, label, text(row), textual, wide, sortable, heat(row)}.
// `on.sort(key)`, `on.open(row)` and, for a tree, `on.twist(row)`: rows then have `level`, `twisty` and `opened`.
export function table(caption, columns, on) {
  const element = document.createElement("table");
  const isTree = Boolean(on.twist);
  if (isTree) element.setAttribute("role", "treegrid");
  element.innerHTML = "<caption></caption><thead><tr></tr></thead><tbody></tbody>";
  element.caption.textContent = caption;
  const body = element.tBodies[0];
  for (const column of columns) {
    const th = document.createElement("th");
    th.scope = "col";
    if (column.className) th.classList.add(column.className);
    th.classList.toggle("text", Boolean(column.textual));
    th.classList.toggle("wide", Boolean(column.wide));
    if (column.sortable && on.sort) {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = column.label;
      button.addEventListener("click", () => on.sort(column.key));
      th.dataset.key = column.key;
      th.append(button);
    } else {
      th.textContent = column.label;
    }
    element.tHead.rows[0].append(th);
  }
  const rows = new Map(); // by their ids

  const make = (id) => {
    const tr = document.createElement("tr");
    tr.dataset.id = id;
    for (const column of columns) {
      const td = document.createElement("td");
      td.dataset.label = column.label;
      if (column.className) td.classList.add(column.className);
      td.classList.toggle("text", Boolean(column.textual));
      td.classList.toggle("wide", Boolean(column.wide));
      if (isTree && column === columns[0]) {
        td.innerHTML = '<span><span class="indent"></span><button type="button" class="twist" tabindex="-1"></button><span></span></span>';
        td.querySelector("button").addEventListener("click", (event) => {
          event.stopPropagation();
          on.twist(tr.row);
        });
      }
      tr.append(td);
    }
    if (on.open) tr.addEventListener("click", () => on.open(tr.row));
    if (on.open) tr.tabIndex = -1;
    return tr;
  };

  const fill = (tr, row) => {
    tr.row = row;
    columns.forEach((column, i) => {
      const td = tr.cells[i];
      const text = column.text(row);
      if (isTree && i === 0) {
        const [indent, button, label] = td.firstChild.children;
        indent.style.paddingLeft = `${(row.level - 1) * 1.2}rem`;
        button.textContent = row.twisty ? (row.opened ? "▾" : "▸") : "";
        button.setAttribute("aria-label", row.opened ? `Close ${text}` : `Open ${text}`);
        if (label.textContent !== text) label.textContent = text;
      } else if (column.node) {
        column.node(td, row);
      } else if (td.textContent !== text) {
        td.textContent = text;
      }
      const heat = column.heat?.(row) ?? "";
      td.classList.toggle("hot", heat === "hot");
      td.classList.toggle("warm", heat === "warm");
    });
    if (!isTree) return;
    tr.setAttribute("aria-level", row.level);
    if (row.twisty) tr.setAttribute("aria-expanded", row.opened);
    else tr.removeAttribute("aria-expanded");
  };

  body.addEventListener("keydown", (event) => {
    const tr = event.target.closest("tr");
    if (!tr || !on.open) return;
    const go = (next) => {
      if (!next) return;
      tr.tabIndex = -1;
      next.tabIndex = 0;
      next.focus();
    };
    const does = {
      ArrowDown: () => go(tr.nextElementSibling),
      ArrowUp: () => go(tr.previousElementSibling),
      Home: () => go(body.firstElementChild),
      End: () => go(body.lastElementChild),
      ArrowRight: () => tr.row.twisty && !tr.row.opened && on.twist?.(tr.row),
      ArrowLeft: () => tr.row.opened && on.twist?.(tr.row),
      Enter: () => on.open(tr.row),
    }[event.key];
    if (!does || (event.target !== tr && event.key === "Enter")) return;
    event.preventDefault();
    does();
  });

  return {
    element,
    sorted(key, ascending) {
      for (const th of element.tHead.rows[0].cells) {
        if (!th.dataset.key) continue;
        if (th.dataset.key === key) th.setAttribute("aria-sort", ascending ? "ascending" : "descending");
        else th.removeAttribute("aria-sort");
      }
    },
    // A row that has the focus keeps it, wherever it moves to.
    show(list, idOf, title = caption) {
      if (element.caption.textContent !== title) element.caption.textContent = title;
      const focused = body.contains(document.activeElement) ? document.activeElement : null;
      const seen = new Set();
      let at = body.firstElementChild;
      for (const row of list) {
        const id = idOf(row);
        if (seen.has(id)) continue;
        seen.add(id);
        const tr = rows.get(id) ?? make(id);
        rows.set(id, tr);
        fill(tr, row);
        if (tr === at) at = at.nextElementSibling;
        else body.insertBefore(tr, at);
      }
      for (const [id, tr] of rows) {
        if (seen.has(id)) continue;
        tr.remove();
        rows.delete(id);
      }
      if (on.open && body.firstElementChild && !body.querySelector('tr[tabindex="0"]')) {
        body.firstElementChild.tabIndex = 0;
      }
      if (focused?.isConnected && document.activeElement !== focused) focused.focus({ preventScroll: true });
    },
  };
}
