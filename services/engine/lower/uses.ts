// The consumers of each tensor. They decide whether it is worth storing, and into which reduction's or contraction's epilogue it can be
// fused.

import { ops } from '../ops/index.ts';
import { sameShape, squeezed } from '../shape.ts';
import { isResultOf, type Tensor } from '../tensor.ts';

/** Cost, in additions, up to which recomputing is cheaper than storing and loading. */
const CHEAP = 2;
/** Maximum parts of an expression: in longer ones intermediate results are stored, so that no kernel reads hundreds of buffers. */
const MOST_PARTS = 400;

function keepsLastAxis(t: Tensor): boolean {
  return isResultOf(t, ops.permute) && t.attrs.order.at(-1) === t.shape.length - 1;
}

export class Uses {
  /** The wanted tensors and everything they depend on, inputs before their consumers. */
  readonly needed: readonly Tensor[];
  readonly #users = new Map<Tensor, Tensor[]>();
  readonly #wanted: ReadonlySet<Tensor>;
  readonly #costs = new Map<Tensor, number>();
  readonly #counts = new Map<Tensor, number>();
  readonly #parts = new Map<Tensor, number>();
  readonly #paths = new Map<Tensor, readonly Tensor[] | null>();

  /** @param wanted what the entry must produce; only what these depend on counts as a use */
  constructor(wanted: readonly Tensor[]) {
    this.#wanted = new Set(wanted);
    const seen = new Set<Tensor>();
    const pending = [...new Set(wanted)];
    for (let t = pending.pop(); t !== undefined; t = pending.pop()) {
      if (seen.has(t)) continue;
      seen.add(t);
      for (const input of t.inputs) {
        const users = this.#users.get(input);
        if (users === undefined) this.#users.set(input, [t]);
        else users.push(t);
        pending.push(input);
      }
    }
    this.needed = [...seen].sort((a, b) => a.id - b.id);
    // Inputs first, so that the recursion below stays shallow, however deep the graph.
    for (const t of this.needed) {
      this.#partsOf(t);
      this.coreOf(t);
      this.#cost(t);
    }
  }

  /** Number of computations that read `t`, directly or through movement. */
  count(t: Tensor): number {
    let count = this.#counts.get(t);
    if (count === undefined) {
      count = this.#wanted.has(t) ? 1 : 0;
      for (const user of this.#users.get(t) ?? []) {
        count += user.op.meaning.kind === 'movement' ? this.count(user) : 1;
      }
      this.#counts.set(t, count);
    }
    return count;
  }

  /** Cost of computing one element inline, in additions. */
  #cost(t: Tensor): number {
    let cost = this.#costs.get(t);
    if (cost === undefined) {
      const { meaning } = t.op;
      const below = () => t.inputs.reduce((sum, input) => sum + this.#cost(input), 0);
      if (meaning.kind === 'elementwise')
        cost = this.#isTooLong(t) || this.#storedAnyway(t) ? 0 : meaning.cost + below();
      else if (t.op === ops.broadcast && this.dearToRepeat(t.inputs[0]!)) cost = 0;
      else if (meaning.kind === 'movement') cost = below();
      else cost = t.op === ops.uniform ? 40 : 0;
      this.#costs.set(t, cost);
    }
    return cost;
  }

  /** Number of parts in the expression for one element: an upper bound, replaced by the exact number if it exceeds MOST_PARTS. */
  #partsOf(t: Tensor): number {
    let parts = this.#parts.get(t);
    if (parts === undefined) {
      parts = this.#below(t).reduce(
        (sum, input) => sum + (this.#isTooLong(input) ? 1 : this.#partsOf(input)),
        1,
      );
      if (parts > MOST_PARTS) parts = this.#distinctParts(t);
      this.#parts.set(t, parts);
    }
    return parts;
  }

  #distinctParts(root: Tensor): number {
    const seen = new Set([root]);
    for (const t of seen) {
      if (t !== root && this.#isApart(t)) continue;
      for (const input of this.#below(t)) seen.add(input);
    }
    return seen.size;
  }

  /** The inputs that are computed in the same expression. */
  #below(t: Tensor): readonly Tensor[] {
    const { kind } = t.op.meaning;
    return kind === 'elementwise' || kind === 'movement' ? t.inputs : [];
  }

  #isApart(t: Tensor): boolean {
    return t.op.meaning.kind === 'elementwise' && this.deservesStoring(t);
  }

  #isTooLong(t: Tensor): boolean {
    return t.op.meaning.kind === 'elementwise' && this.#partsOf(t) > MOST_PARTS;
  }

  #storedAnyway(t: Tensor): boolean {
    return this.count(t) > 1 && this.coreOf(t) !== null;
  }

  /** Whether storing an elementwise tensor once is better than computing it in each consumer. */
  deservesStoring(t: Tensor): boolean {
    if (this.#isTooLong(t)) return true;
    if (this.count(t) <= 1) return false;
    return this.coreOf(t) !== null || this.#cost(t) > CHEAP;
  }

  /** Whether computing `t` inside a broadcast would repeat more work than is cheap. */
  dearToRepeat(t: Tensor): boolean {
    return t.op.meaning.kind === 'elementwise' && (this.coreOf(t) !== null || this.#cost(t) > CHEAP);
  }

  /**
   * The reduction or contraction whose epilogue can compute `root`: `root` itself, or one that leads to `root` through elementwise tensors
   * of the same shape that have no other use. In between, axes of size 1 may come and go, and axes may be permuted as long as the last one,
   * along which vectors lie, stays last.
   */
  coreOf(root: Tensor): Tensor | null {
    return this.pathOf(root)?.at(-1) ?? null;
  }

  /** From `root` to its core, both included; null if it has none. */
  pathOf(root: Tensor): readonly Tensor[] | null {
    let path = this.#paths.get(root);
    if (path === undefined) {
      path = this.#findPath(root);
      this.#paths.set(root, path);
    }
    return path;
  }

  #findPath(root: Tensor): readonly Tensor[] | null {
    const { kind } = root.op.meaning;
    if (kind === 'reduce' || kind === 'contract') return [root];
    if (kind !== 'elementwise' && root.op !== ops.reshape && !keepsLastAxis(root)) return null;
    for (const input of root.inputs) {
      if (root.op !== ops.permute && !sameShape(squeezed(input.shape), squeezed(root.shape))) continue;
      if (this.count(input) !== 1 || this.#wanted.has(input) || this.#isTooLong(input)) continue;
      const path = this.pathOf(input);
      if (path !== null) return [root, ...path];
    }
    return null;
  }

  /** `roots` and the elementwise tensors of the same shape that nothing else needs: one kernel computes them together. */
  closedUnder(roots: readonly Tensor[]): Set<Tensor> {
    const inside = new Set(roots);
    const candidates = [...this.#users.keys()]
      .filter((t) => t.op.meaning.kind === 'elementwise' && sameShape(t.shape, roots[0]!.shape))
      .sort((a, b) => b.id - a.id);
    // In reverse order of creation, so that a tensor's consumers are decided before it.
    for (const t of candidates) {
      const isOwn = !this.#wanted.has(t) && !this.#isTooLong(t);
      if (isOwn && this.#users.get(t)!.every((user) => inside.has(user))) inside.add(t);
    }
    return inside;
  }

  /**
   * Of the tensors that one kernel computes together, those without other readers, which need not be stored first. This excludes any that
   * can be the epilogue of a reduction or contraction, because they are better stored there.
   */
  onlyWithin(inside: ReadonlySet<Tensor>): Tensor[] {
    const reads = (user: Tensor) => inside.has(user) && user.op.meaning.kind === 'elementwise';
    return [...inside].filter((t) => this.coreOf(t) === null && (this.#users.get(t) ?? []).every(reads));
  }
}
