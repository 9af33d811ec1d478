// Shows the HTML of a block, keeps its scroll position and focus, and tells which button was picked.
const STEPS = { ArrowRight: [0, 1], ArrowLeft: [0, -1], ArrowDown: [1, 0], ArrowUp: [-1, 0] };

function show(root, html) {
  const before = root.querySelector(".scroll");
  const [top, left] = before ? [before.scrollTop, before.scrollLeft] : [0, 0];
  const focused = root.getRootNode().activeElement?.dataset?.pick;
  root.innerHTML = html;
  root.shown = html;
  const after = root.querySelector(".scroll");
  if (after) [after.scrollTop, after.scrollLeft] = [top, left];
  const again = focused && [...root.querySelectorAll("button")].find((button) => button.dataset.pick === focused);
  if (again) again.focus({ preventScroll: true });
}

// Arrow keys go to the next button of the row or column: one Tab enters the grid, the next leaves it.
function move(event, grid) {
  const step = STEPS[event.key];
  const cell = step && event.target.closest("td, th");
  if (!cell) return;
  event.preventDefault();
  let [row, column] = [cell.parentElement.rowIndex, cell.cellIndex];
  for (;;) {
    row += step[0];
    column += step[1];
    const next = grid.rows[row]?.cells[column];
    if (!next) return;
    const button = next.querySelector("button");
    if (button) {
      grid.querySelectorAll('button[tabindex="0"]').forEach((other) => (other.tabIndex = -1));
      button.tabIndex = 0;
      button.focus();
      return;
    }
  }
}

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".block");
  if (root.shown !== data.html) show(root, data.html);
  root.onclick = (event) => {
    const button = event.target.closest("button[data-pick]");
    if (button) setTriggerValue("pick", JSON.parse(button.dataset.pick));
  };
  root.onkeydown = (event) => {
    const grid = event.target.closest("table.grid");
    if (grid) move(event, grid);
  };
}
