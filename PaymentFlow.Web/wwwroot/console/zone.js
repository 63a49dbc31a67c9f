// Tells the server the browser's time zone, so that "today" begins at the reader's midnight. A page that was made for another zone
// (data-zone) is loaded again, unless the browser keeps no cookies.
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
const cookie = `paymentflow.zone=${zone}`;
const isSet = () => document.cookie.split("; ").includes(cookie);

const wasSet = isSet();
if (zone && !wasSet) {
  const secure = location.protocol === "https:" ? "; secure" : "";
  document.cookie = `${cookie}; path=/operator; max-age=31536000; samesite=lax${secure}`;
}
// Another page may have set the cookie after this one was requested. A zone that the server does not know must not reload it forever.
const made = document.querySelector("[data-zone]");
const isReloaded = performance.getEntriesByType("navigation")[0]?.type === "reload";
if (zone && isSet() && made && made.dataset.zone !== zone && !(wasSet && isReloaded)) location.reload();
