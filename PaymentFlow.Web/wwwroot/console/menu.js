// Shows the entry of the open page if the menu is narrower than its entries. Without JavaScript the menu can be scrolled.
const show = () => {
  const menu = document.querySelector(".console-menu nav");
  const current = menu?.querySelector("[aria-current]");
  if (current) menu.scrollLeft += current.getBoundingClientRect().right + 48 - menu.getBoundingClientRect().right;
};

show();
window.Blazor?.addEventListener("enhancedload", show);
