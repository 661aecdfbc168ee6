// The application frame: navigation, the current page, and the key prompt if the service requires an API key.

import type { ComponentType } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { KeyPage } from './key-page.tsx';
import { Jobs } from './pages/jobs.tsx';
import { Failure } from './parts/errors.tsx';
import { loaded, reloadOnce } from './reload.ts';
import { type Place, usePlace } from './router.ts';
import { switchTheme, theme } from './theme.ts';

type Page = ComponentType<{ place: Place }>;

/** Every page but the first is loaded on demand. */
const PAGES: Readonly<Record<string, () => Promise<Page>>> = {
  jobs: async () => (await import('./pages/job.tsx')).JobPage,
  predict: async () => (await import('./pages/predict.tsx')).PredictPage,
  compare: async () => (await import('./pages/compare.tsx')).ComparePage,
  datasets: async () => (await import('./pages/datasets.tsx')).DatasetsPage,
  new: async () => (await import('./pages/new-job.tsx')).NewJobPage,
  playground: async () => (await import('./pages/playground.tsx')).PlaygroundPage,
};

const NAV = [
  ['jobs', 'Jobs'],
  ['new', 'New job'],
  ['datasets', 'Datasets'],
  ['compare', 'Compare'],
  ['playground', 'Playground'],
] as const;

function useLazy(name: string | null): Page | 'missing' | Error | null {
  const [pages, setPages] = useState<Record<string, Page | Error>>({});
  const load = name === null ? undefined : PAGES[name];
  useEffect(() => {
    if (name === null || load === undefined) return;
    const show = (page: Page | Error) => setPages((known) => ({ ...known, [name]: page }));
    load().then(
      (page) => {
        loaded();
        show(page);
      },
      (error: unknown) => reloadOnce() || show(error instanceof Error ? error : new Error(String(error))),
    );
  }, [name, load]);
  if (name !== null && load === undefined) return 'missing';
  return name === null ? null : (pages[name] ?? null);
}

export function App() {
  const place = usePlace();
  const [keyWanted, setKeyWanted] = useState(false);
  const [, redraw] = useState(0);
  const main = useRef<HTMLElement>(null);
  const [section = 'jobs'] = place.path;
  const first = section === 'jobs' && place.path.length < 2;
  const Lazy = useLazy(first ? null : section);

  useEffect(() => {
    const want = () => setKeyWanted(true);
    addEventListener('epochd-key', want);
    return () => removeEventListener('epochd-key', want);
  }, []);
  const at = place.path.join('/');
  useEffect(() => {
    document.title = `${NAV.find(([name]) => name === section)?.[1] ?? 'epochd'} · epochd`;
    if (at !== '') main.current?.focus({ preventScroll: true });
    scrollTo(0, 0);
  }, [at, section]);

  const changeTheme = () => {
    switchTheme();
    redraw((n) => n + 1);
  };

  const body = keyWanted ? (
    <KeyPage onKey={() => setKeyWanted(false)} />
  ) : first ? (
    <Jobs place={place} />
  ) : Lazy === 'missing' ? (
    <>
      <h1>No such page</h1>
      <p>
        There is no page “{section}”. <a href="#/jobs">To the jobs</a>
      </p>
    </>
  ) : Lazy instanceof Error ? (
    <>
      <h1>This page could not be loaded</h1>
      <Failure error={Lazy} />
    </>
  ) : Lazy === null ? (
    <p class="muted" role="status">
      Loading …
    </p>
  ) : (
    <Lazy key={at} place={place} />
  );

  return (
    <>
      <button type="button" class="skip" onClick={() => main.current?.focus()}>
        To the content
      </button>
      <header class="top">
        <div class="top-inner">
          <a class="brand" href="#/jobs">
            <img src="/favicon.svg" alt="" />
            epochd
          </a>
          <nav class="nav" aria-label="Pages">
            {NAV.map(([name, title]) => (
              <a key={name} href={`#/${name}`} aria-current={name === section ? 'page' : undefined}>
                {title}
              </a>
            ))}
            <a href="/docs/">API</a>
          </nav>
          <button
            type="button"
            class="quiet icon"
            onClick={changeTheme}
            aria-label={theme() === 'dark' ? 'Light colours' : 'Dark colours'}
          >
            {theme() === 'dark' ? '☀' : '☾'}
          </button>
        </div>
      </header>
      <main class="page" id="main" ref={main} tabIndex={-1}>
        {body}
      </main>
    </>
  );
}
