// Blazor reports the state of reconnecting to the element. If the circuit no longer exists, it is resumed. If that fails too, the page is
// reloaded, which reads the order again.
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
    // The server is still unreachable. Retry when the browser is online, the page becomes visible, or the button is clicked.
    addEventListener("online", retry);
    document.addEventListener("visibilitychange", retryWhenVisible);
  }
}
