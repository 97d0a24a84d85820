// Reads codes from a phone's camera: by what the browser brings along, else by a small decoder that
// is only fetched where it is needed. No picture leaves the phone, and none is kept.

const EVERY = 150; // milliseconds from one look to the next: quick enough, and the phone stays cool
const WIDTH = 800; // what a decoder needs to read a printed code; more only takes longer
const SAME = 2000; // a code counts as gone from sight when it was not read for so long

async function ownReader() {
  if (!("BarcodeDetector" in window)) return null;
  try {
    const formats = await BarcodeDetector.getSupportedFormats();
    if (!formats.includes("qr_code")) return null;
    const detector = new BarcodeDetector({ formats: ["qr_code"] });
    return async (video) => (await detector.detect(video)).map((found) => found.rawValue);
  } catch {
    return null;
  }
}

async function vendoredReader() {
  const { decodeQR } = await import("../vendor/qr-decode.js");
  const canvas = document.createElement("canvas");
  const context = canvas.getContext("2d", { willReadFrequently: true });
  return async (video) => {
    const scale = Math.min(1, WIDTH / video.videoWidth);
    const width = Math.round(video.videoWidth * scale);
    const height = Math.round(video.videoHeight * scale);
    if (canvas.width !== width || canvas.height !== height)
      Object.assign(canvas, { width, height });
    context.drawImage(video, 0, 0, width, height);
    try {
      return [decodeQR(context.getImageData(0, 0, width, height))];
    } catch {
      return []; // most frames show no code
    }
  };
}

/**
 * Show the camera in `video` and call `onCode(text)` for each code that comes into sight: once,
 * until it was out of sight. Resolves when the camera runs. Ends when `signal` is aborted or the
 * page is left. Rejects with a DOMException whose name says why: NotAllowedError (refused),
 * NotFoundError (no camera), NotReadableError (in use), NotSupportedError (no HTTPS, or an old
 * browser), AbortError.
 */
export async function startScanner(video, onCode, { signal } = {}) {
  if (!navigator.mediaDevices?.getUserMedia)
    throw new DOMException("no camera can be asked for", "NotSupportedError");
  const stream = await navigator.mediaDevices.getUserMedia({
    audio: false,
    video: { facingMode: "environment", width: { ideal: 1280 }, height: { ideal: 720 } },
  });
  let timer = 0;
  let ended = false;
  const end = () => {
    ended = true;
    clearTimeout(timer);
    for (const track of stream.getTracks()) track.stop();
    video.srcObject = null;
    removeEventListener("pagehide", end);
  };
  signal?.addEventListener("abort", end, { once: true });
  addEventListener("pagehide", end);
  let read;
  try {
    read = (await ownReader()) || (await vendoredReader());
    if (signal?.aborted) throw new DOMException("ended before it began", "AbortError");
    video.muted = true;
    video.playsInline = true;
    video.srcObject = stream;
    await video.play();
  } catch (error) {
    end();
    throw error;
  }

  const lastSeen = new Map();
  const look = async () => {
    try {
      if (video.videoWidth) {
        for (const text of await read(video)) {
          if (ended) return;
          const now = performance.now();
          const before = lastSeen.get(text);
          lastSeen.set(text, now);
          if (before === undefined || now - before > SAME) onCode(text);
        }
      }
    } catch {
      // A frame that cannot be read is followed by another.
    }
    if (!ended) timer = setTimeout(look, EVERY);
  };
  look();
}
