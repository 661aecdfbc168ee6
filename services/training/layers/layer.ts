// What a layer is. A layer is a file of this form and a line in index.ts; its backward pass, both backends and its
// place in the catalogue follow from it.

import type { Tensor } from '#engine/tensor.ts';
import type { Args, ArgsShape, Component, Refuse } from '../component.ts';
import type { Initial } from '../initial.ts';
import type { Shape } from '../shape.ts';

/** What reaches a layer: the shape of one sample, and who sends it, in the user's words. */
export interface Arrival {
  readonly shape: Shape;
  readonly from: string;
}

export interface Parameter {
  /** torch's name within the layer: weight, bias. */
  readonly key: string;
  readonly shape: Shape;
  readonly initial: Initial;
}

export interface ForwardContext {
  readonly training: boolean;
  /** Tells this layer's random numbers from every other layer's. */
  readonly stream: number;
  parameter(key: string): Tensor;
}

export interface LayerMethods<A> {
  /** The shape of a sample that leaves, and the arguments with what was inferred; null where refused. */
  infer(args: A, arrival: Arrival, refuse: Refuse): { output: Shape; args?: A } | null;
  /** With the arguments as `infer` completed them. None where left out. */
  parameters?(args: A): readonly Parameter[];
  /** `x` is [batch, …input shape]. */
  forward(x: Tensor, args: A, context: ForwardContext): Tensor;
  /** Of one sample going forward; a multiply-add counts as two. */
  flops(args: A, input: Shape, output: Shape): number;
  /** What torch's print() shows between the parentheses. */
  shown(args: A): Readonly<Record<string, unknown>>;
}

export interface Layer extends Component, LayerMethods<Record<string, unknown>> {}

/** Checks a definition against its own arguments, then forgets their types: the registry holds all kinds. */
export function defineLayer<S extends ArgsShape>(
  layer: { type: string; help: string; args: S } & LayerMethods<Args<S>>,
): Layer {
  return layer as unknown as Layer;
}
