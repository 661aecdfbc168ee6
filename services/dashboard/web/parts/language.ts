// The charts' library makes a number format of the browser's language when it is loaded. Where the machine names none (LANG=C),
// Chromium says "en-US@posix", of which there is no number format, and nothing that has a chart would load. To be imported before it.

try {
  new Intl.NumberFormat(navigator.language);
} catch {
  Object.defineProperty(navigator, 'language', { value: 'en-US' });
}
