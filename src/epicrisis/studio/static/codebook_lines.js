// A difference line by line, as the page of versions shows it.
export function difference(lines, say) {
  const cell = (className, content) => Object.assign(document.createElement("td"), { className, textContent: content ?? "" });
  return lines.map((line) => {
    const row = Object.assign(document.createElement("tr"), { className: line.kind });
    if (line.kind === "gap") {
      const gap = cell("", say("left-out", { n: line.left_out }));
      gap.colSpan = 3;
      row.append(gap);
      return row;
    }
    const text = cell("line", "");
    const holder = document.createElement({ removed: "del", added: "ins", same: "span" }[line.kind]);
    for (const part of line.parts) holder.append(part.changed ? Object.assign(document.createElement("b"), { textContent: part.text }) : part.text);
    const sign = Object.assign(document.createElement("span"), { className: "sign", textContent: { removed: "−", added: "+", same: " " }[line.kind] });
    sign.setAttribute("aria-hidden", "true");
    text.append(sign, holder);
    row.append(cell("number", line.old), cell("number", line.new), text);
    return row;
  });
}
