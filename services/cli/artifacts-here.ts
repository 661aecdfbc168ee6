// The `epochd artifacts` commands, which run without a service: they open the database with the service's configuration.

export interface ArtifactsToMove {
  /** The URL of a directory or bucket, or Postgres. */
  from: string;
  to: string;
  artifacts: number;
  bytes: number;
}

type Amount = Pick<ArtifactsToMove, 'artifacts' | 'bytes'>;

export interface MoveWatcher {
  progress(moved: Amount, all: Amount): void;
  /** The artifact could not be moved and stays in its old location. */
  failed(id: string, why: string): void;
}

export interface MoveOutcome extends Amount {
  failed: number;
  /** Not attempted: the move was stopped, or another process holds them. */
  left: number;
  /** Objects at the old locations that could not be deleted yet. */
  undeleted: number;
}

export interface ArtifactsHere extends AsyncDisposable {
  /** Artifacts that are not where the configuration puts them. */
  toMove(): Promise<ArtifactsToMove[]>;
  move(stop: AbortSignal, watcher: MoveWatcher): Promise<MoveOutcome>;
}
