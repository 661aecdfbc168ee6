// Workaround, to be imported before the chart library, which creates an Intl.NumberFormat for the browser's language when it loads. If the
// machine's locale is unset (LANG=C), Chromium reports "en-US@posix", which Intl rejects, so nothing that has a chart would load.

try {
  new Intl.NumberFormat(navigator.language);
} catch {
  Object.defineProperty(navigator, 'language', { value: 'en-US' });
}
