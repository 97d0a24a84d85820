// Adds up numbers while they are typed, beside the number that they should make together.
export function enhance(root) {
  const sums = root.matches?.("[data-sum]") ? [root] : root.querySelectorAll("[data-sum]");
  for (const sum of sums) show(sum);
}

function show(sum) {
  const added = [...document.querySelectorAll(`[data-sums="${sum.dataset.sum}"]`)];
  const planned = document.getElementById(sum.dataset.planned);
  const number = (field) => (/^\d{1,5}$/.test(field.value.trim()) ? Number(field.value) : 0);

  function add() {
    const [is, should] = [added.reduce((all, field) => all + number(field), 0), number(planned)];
    const words = sum.dataset.words.replace("{sum}", is).replace("{planned}", should);
    sum.textContent = is === should ? words : `${words}. ${sum.dataset.differs}`;
  }

  for (const field of [...added, planned]) field.addEventListener("input", add);
  // Something may have been typed before this had arrived.
  add();
}
