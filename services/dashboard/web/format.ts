// Formats numbers, times and shapes for people.

const GROUPED = new Intl.NumberFormat('en');
const COMPACT = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 });

export const count = (n: number): string => GROUPED.format(n);
export const compact = (n: number): string => (n < 10_000 ? count(Math.round(n)) : COMPACT.format(n));
export const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
export const shape = (sizes: readonly number[]): string =>
  sizes.length === 0 ? 'one value' : sizes.join(' × ');

/** Four significant digits: 0.04213, 1.2e-7, 1234. */
export function measure(value: number | string | undefined): string {
  if (value === undefined) return '–';
  if (typeof value === 'string') return value;
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-4 || size >= 1e6)) return value.toExponential(2);
  return String(Number(value.toPrecision(4)));
}

export function bytes(n: number): string {
  const units = ['bytes', 'KiB', 'MiB', 'GiB'];
  let unit = 0;
  let value = n;
  while (value >= 1024 && unit < 3) {
    value /= 1024;
    unit += 1;
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`;
}

export function duration(seconds: number): string {
  if (seconds < 1) return `${Math.max(0, Math.round(seconds * 1000))} ms`;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, Math.floor(seconds % 60)];
  return h > 0 ? `${h} h ${m} min` : `${m} min ${s} s`;
}

export function ago(iso: string): string {
  const seconds = (Date.now() - Date.parse(iso)) / 1000;
  if (seconds < 10) return 'just now';
  if (seconds < 60) return `${Math.round(seconds)} s ago`;
  if (seconds < 3600) return `${Math.round(seconds / 60)} min ago`;
  if (seconds < 86_400) return `${Math.round(seconds / 3600)} h ago`;
  return new Date(iso).toLocaleDateString('en', { day: 'numeric', month: 'short', year: 'numeric' });
}

/** train_loss → Train loss */
export function label(name: string): string {
  const words = name.replace(/^val_/, 'validation_').replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}
