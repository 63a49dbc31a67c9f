// Blazor tells the element how its reconnecting goes. A circuit that is gone for good is resumed, else the page is loaded anew:
// it reads the order again, so what it then shows is the truth.
const notice = document.getElementById("components-reconnect-modal");
notice.addEventListener("components-reconnect-state-changed", ({ detail: { state } }) => {
  if (state === "failed") {
    addEventListener("online", retry);
    document.addEventListener("visibilitychange", retryWhenVisible);
  } else if (state === "rejected" || state === "resume-failed") {
    location.reload();
  }
});
document.getElementById("components-reconnect-button").addEventListener("click", retry);

function retryWhenVisible() {
  if (document.visibilityState === "visible") retry();
}

async function retry() {
  removeEventListener("online", retry);
  document.removeEventListener("visibilitychange", retryWhenVisible);
  try {
    if (!await Blazor.reconnect() && !await Blazor.resumeCircuit()) location.reload();
  } catch {
    // The server is out of reach still: the next sign of life, or the button, tries again.
    addEventListener("online", retry);
    document.addEventListener("visibilitychange", retryWhenVisible);
  }
}
