// A page that the browser kept in memory may belong to somebody who has signed out since.

addEventListener("pageshow", (event) => {
  if (event.persisted) {
    document.documentElement.hidden = true;
    location.reload();
  }
});
