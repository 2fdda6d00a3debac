// Before the first paint, so that nothing flashes: the theme chosen earlier, else the system's.
(function () {
  try {
    const theme = JSON.parse(localStorage.getItem("skat.theme"));
    if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
  } catch {
    // No storage, or no choice in it: the system decides.
  }
})();
