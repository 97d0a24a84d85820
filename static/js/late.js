// Asks again for a picture that is still being made: another stands in for it, told by its width.

const STAND_IN = 1099;
const LONGEST = 8000;

for (const picture of document.querySelectorAll("img[data-late]")) {
  const address = picture.src;
  let wait = 1000;
  const look = () => {
    if (picture.src.startsWith("blob:") || picture.naturalWidth !== STAND_IN) return;
    setTimeout(() => {
      if (picture.src.startsWith("blob:")) return;
      const again = new URL(address);
      again.searchParams.set("again", String(Date.now()));
      picture.src = again.href;
    }, wait);
    wait = Math.min(wait * 1.5, LONGEST);
  };
  picture.addEventListener("load", look);
  if (picture.complete) look();
}
