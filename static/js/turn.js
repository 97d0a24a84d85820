// A page that waits for its turn goes on by itself.
const form = document.querySelector("[data-turn]");
if (form) setTimeout(() => form.requestSubmit(), Number(form.dataset.turn) * 1000);
