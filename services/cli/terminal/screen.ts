// Output on the terminal: lines, and a progress bar below them. If the output is a file or a pipe, there are only lines.

export interface Output {
  write(text: string): unknown;
  isTTY?: boolean;
  columns?: number;
}

export interface Screen {
  line(text?: string): void;
  /** Redraws the bar, followed by `note`; `done` removes it. */
  progress(done: number, total: number, note?: string): void;
  done(): void;
}

const CLEAR = '\r\x1b[2K';

export function bar(done: number, total: number, width: number): string {
  const filled = Math.round((done / total) * width);
  return `${'█'.repeat(filled)}${'░'.repeat(width - filled)}`;
}

export function openScreen(output: Output): Screen {
  let shown = '';
  const erase = () => {
    if (shown !== '') output.write(CLEAR);
  };
  return {
    line(text = '') {
      erase();
      output.write(`${text}\n${shown}`);
    },
    progress(done, total, note = '') {
      if (output.isTTY !== true) return;
      erase();
      const width = Math.min(40, Math.max(10, (output.columns || 80) - 20));
      shown = `${bar(done, total, width)} ${Math.round((100 * done) / total)} %${note}`;
      output.write(shown);
    },
    done() {
      erase();
      shown = '';
    },
  };
}
