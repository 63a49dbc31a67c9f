// Tells the page's circuit whether somebody reads the table, so that no row moves under the reader's eyes or pointer.
export function watch(list, circuit) {
  // The reader may have gone to another page meanwhile.
  if (!list) return;
  let pointer = false, focus = false, above = false, told;

  function tell() {
    const isRead = pointer || focus || above;
    if (isRead === told || !list.isConnected) return;
    told = isRead;
    circuit.invokeMethodAsync("SetRead", isRead);
  }

  // The rows appear with the first payment, so the events of the whole list are used. The button belongs to the rows: it must not vanish
  // under the pointer.
  const isInside = target => !!target?.closest?.("[data-rows], .new-payments");
  list.addEventListener("pointerover", event => { pointer = isInside(event.target); tell(); });
  list.addEventListener("pointerleave", () => { pointer = false; tell(); });
  list.addEventListener("focusin", event => { focus = isInside(event.target) && event.target.matches(":focus-visible"); tell(); });
  list.addEventListener("focusout", event => { if (!isInside(event.relatedTarget)) { focus = false; tell(); } });
  list.addEventListener("click", event => {
    // The button vanishes with the focus.
    if (!event.target.closest(".new-payments button")) return;
    list.scrollIntoView();
    list.querySelector("[data-rows]")?.focus({ preventScroll: true });
  });
  new IntersectionObserver(([entry]) => { above = !entry.isIntersecting; tell(); }).observe(list.querySelector(".top"));
  tell();
}
