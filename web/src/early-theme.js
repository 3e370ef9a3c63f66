// Runs before anything is painted, so that a chosen theme is there from the first moment.
(() => {
  const SYSTEM = {light: '(prefers-color-scheme: light)', dark: '(prefers-color-scheme: dark)'};

  function applyTheme() {
    const chosen = localStorage.getItem('bookbell.theme');
    if (chosen) document.documentElement.dataset.theme = chosen;
    else delete document.documentElement.dataset.theme;
    for (const bar of /** @type {NodeListOf<HTMLMetaElement>} */ (document.querySelectorAll('meta[name=theme-color]'))) {
      const theme = /** @type {'light' | 'dark'} */ (bar.dataset.theme);
      bar.media = chosen ? (theme === chosen ? 'all' : 'not all') : SYSTEM[theme];
    }
  }

  applyTheme();
  addEventListener('storage', applyTheme); // chosen in another tab
  addEventListener('theme', applyTheme);
})();
