"use strict";
{
  const lang = document.documentElement.lang;
  const collator = new Intl.Collator(lang, {numeric: true});
  const body = document.querySelector("tbody");
  const rows = [...body.rows];
  const tools = document.querySelector(".tools");
  const [search, kind, verdict] = tools.querySelectorAll("input, select");
  const told = tools.querySelector("output");

  // "isik" finds Işık and "lodka" Łódka: marks and case do not matter
  const plain = text => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase()
    .replace(/[ıłøß]/g, letter => ({ı: "i", ł: "l", ø: "o", ß: "ss"})[letter]);
  const names = new Map(rows.map(row => [row, plain(row.cells[0].innerText)]));

  const filter = () => {
    const words = plain(search.value).split(/\s+/);
    let shown = 0;
    for (const row of rows) {
      row.hidden = !words.every(word => names.get(row).includes(word))
        || (kind.value && row.dataset.kind !== kind.value)
        || (verdict.value && row.dataset.verdict !== verdict.value);
      shown += !row.hidden;
    }
    told.value = `${shown.toLocaleString(lang)} / ${rows.length.toLocaleString(lang)}`;
  };

  // numbers sort largest first, names A to Z; a second press turns the order; what is unknown stays last
  const value = (row, at) => row.cells[at].dataset.v ?? row.cells[at].innerText;
  const sort = (head, at) => {
    const numbers = head.dataset.sort === "number";
    const first = numbers ? "descending" : "ascending";
    const other = numbers ? "ascending" : "descending";
    const order = head.ariaSort === first ? other : first;
    for (const each of head.parentNode.cells) each.ariaSort = null;
    head.ariaSort = order;
    const sign = order === "ascending" ? 1 : -1;
    const compare = (a, b) => {
      const [x, y] = [value(a, at), value(b, at)];
      if (!x || !y) return !x - !y;
      return sign * (numbers ? x - y : collator.compare(x, y));
    };
    rows.sort(compare);
    body.append(...rows);
  };

  document.querySelectorAll("th[data-sort] button").forEach(button =>
    button.addEventListener("click", () => sort(button.parentNode, button.parentNode.cellIndex)));
  tools.addEventListener("input", filter);
  tools.hidden = false;
  filter();
}
