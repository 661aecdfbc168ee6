// The `epochd artifacts` commands, which run without a service: they open the database with the service's configuration.

export interface ArtifactsToMove {
  /** The URL of a directory or a bucket, or Postgres. */
  from: string;
  to: string;
  artifacts: number;
  bytes: number;
}

type Amount = Pick<ArtifactsToMove, 'artifacts' | 'bytes'>;

export interface MoveWatcher {
  progress(moved: Amount, all: Amount): void;
  /** Tried, and left where it was. */
  failed(id: string, why: string): void;
}

export interface MoveOutcome extends Amount {
  failed: number;
  /** Not tried: it was stopped, or another process holds them. */
  left: number;
  /** Objects at the old locations that could not be deleted yet. */
  undeleted: number;
}

export interface ArtifactsHere extends AsyncDisposable {
  /** What is not where the configuration puts it. */
  toMove(): Promise<ArtifactsToMove[]>;
  move(stop: AbortSignal, watcher: MoveWatcher): Promise<MoveOutcome>;
}
