// Tells the server the browser's time zone, so that "today" begins at the reader's midnight. A page that was made for another zone
// (data-zone) is loaded again, unless the browser keeps no cookies.
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
const cookie = `paymentflow.zone=${zone}`;
const isSet = () => document.cookie.split("; ").includes(cookie);

if (zone && !isSet()) {
  const secure = location.protocol === "https:" ? "; secure" : "";
  document.cookie = `${cookie}; path=/operator; max-age=31536000; samesite=lax${secure}`;
  const made = document.querySelector("[data-zone]");
  if (isSet() && made && made.dataset.zone !== zone) location.reload();
}
