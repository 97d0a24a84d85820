// Follows a piece of work until it ends, then shows the page that has its result.

// Short work is over soon: the first looks come sooner.
const FIRST = 300;
const EVERY = 1000;
const ENDS = new Set(["done", "failed", "finished", "cancelled"]);

export function enhance(root) {
  const bars = root.matches?.("[data-job]") ? [root] : root.querySelectorAll("[data-job]");
  for (const bar of bars) {
    if (bar.dataset.ready || bar.hasAttribute("data-ended")) continue;
    bar.dataset.ready = "true";
    follow(bar);
  }
}

function show(bar, job) {
  const progress = bar.querySelector("progress");
  if (job.total) {
    progress.max = job.total;
    progress.value = job.done;
  }
  bar.querySelector("[data-job-text]").textContent = `${job.done ?? 0} / ${job.total ?? 0}`;
  if (job.message) bar.querySelector("[data-job-message]").textContent = job.message;
}

async function follow(bar) {
  let wait = FIRST;
  let every = FIRST;
  while (bar.isConnected) {
    await new Promise((resolve) => setTimeout(resolve, wait));
    if (document.hidden) continue;
    try {
      const answer = await fetch(bar.dataset.job, {
        credentials: "same-origin",
        redirect: "manual",
        headers: { Accept: "application/json" },
      });
      if (!answer.ok) {
        // Signed out or no longer there: asking again would not help.
        if (answer.type === "opaqueredirect" || answer.status < 500) return;
        throw new Error(`answer ${answer.status}`);
      }
      const job = await answer.json();
      show(bar, job);
      if (ENDS.has(job.state)) {
        location.reload();
        return;
      }
      every = Math.min(every * 1.5, EVERY);
      wait = every;
    } catch {
      wait = Math.min(wait * 2, 15000);
    }
  }
}
