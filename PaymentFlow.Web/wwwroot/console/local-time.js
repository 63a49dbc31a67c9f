// <local-time datetime="2026-01-02T03:04:05.678Z" data-precision="s|ms">: shows the time in the reader's zone and language. The text is in
// a shadow tree, so the markup, which the server renders and changes, stays as it is. The title of the element has the time in UTC.

// The page's language decides; the reader's own region of it (en-GB, not en-US) is respected.
const page = document.documentElement.lang;
const locale = navigator.languages.find(language => language.split("-")[0] === page) ?? page;

const day = { year: "numeric", month: "short", day: "numeric" };
const second = { hour: "2-digit", minute: "2-digit", second: "2-digit" };
const formats = {
  s: new Intl.DateTimeFormat(locale, { ...day, ...second }),
  // Without the year, and with 24 hours, so that a table of many steps is narrow.
  ms: new Intl.DateTimeFormat(locale, { month: "short", day: "numeric", ...second, fractionalSecondDigits: 3, hourCycle: "h23" }),
};

class LocalTime extends HTMLElement {
  static observedAttributes = ["datetime", "data-precision"];

  connectedCallback() {
    this.show();
  }

  attributeChangedCallback() {
    if (this.isConnected) this.show();
  }

  show() {
    const at = new Date(this.getAttribute("datetime"));
    const root = this.shadowRoot ?? this.attachShadow({ mode: "open" });
    // Without a valid time the markup is shown.
    root.replaceChildren(Number.isNaN(at.valueOf())
      ? document.createElement("slot")
      : (formats[this.dataset.precision] ?? formats.s).format(at));
  }
}

if (!customElements.get("local-time")) customElements.define("local-time", LocalTime);
