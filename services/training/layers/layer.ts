// A layer: a file of this form and a line in index.ts; its backward pass, both backends and its entry in the catalogue follow from it.

import type { InputType } from '#contracts/training/model.ts';
import type { Tensor } from '#engine/tensor.ts';
import type { Args, ArgsShape, Component, Refuse } from '../model/component.ts';
import type { Initial } from '../model/initial.ts';
import type { Shape } from '../model/shape.ts';

/** What reaches a layer: the shape of one sample, and who sends it, in the user's words. */
export interface Arrival {
  readonly shape: Shape;
  readonly dtype: InputType;
  readonly from: string;
}

export interface Parameter {
  /** torch's name within the layer: weight, bias. */
  readonly key: string;
  readonly shape: Shape;
  readonly initial: Initial;
}

/** What persists between steps but is not learned by gradient: running statistics. */
export interface LayerBuffer {
  /** torch's name within the layer: running_mean. */
  readonly key: string;
  readonly shape: Shape;
  /** Before the first step, everywhere. */
  readonly initial: number;
  /** torch's dtype in a state_dict; kept as f32 here. */
  readonly stored: 'F32' | 'I64';
}

/** Numbers of a sample that a layer remembers of the positions before, where they come one at a time. */
export interface Memory {
  readonly key: string;
  readonly shape: Shape;
}

/** A sequence that arrives one position at a time: [1, 1, …]. */
export interface Step {
  /** How many came before: []. */
  readonly position: Tensor;
  /** What the layer remembers of those, in the shape that its `memory` says; zeros at the first. */
  remembered(key: string): Tensor;
  remember(key: string, value: Tensor): void;
}

/** What a layer does with the positions of a sequence. */
export interface Along {
  /** The dimension of the output along which they go on; null where they end in it. */
  readonly axis: number | null;
  /** Whether no position hears of later ones. */
  readonly causal: boolean;
}

export interface ForwardContext {
  /** Everything that arrives, in the order of the layer's `inputs`: for layers that join. */
  readonly inputs: readonly Tensor[];
  readonly training: boolean;
  /** Tells this layer's random numbers from every other layer's. */
  readonly stream: number;
  /** 1 for every position that is no padding, [batch, positions], where the input has such and they arrive; all are if omitted. */
  readonly mask?: Tensor | undefined;
  /** Where the positions come one at a time. */
  readonly step?: Step | undefined;
  parameter(key: string): Tensor;
  buffer(key: string): Tensor;
  /** What the buffer holds after this step. */
  keep(buffer: string, value: Tensor): void;
}

/** A module as torch's print() shows it. */
export interface PrintedModule {
  readonly name: string;
  readonly type: string;
  /** Arguments that are shown without their names, first. */
  readonly positional?: readonly unknown[];
  readonly shown: Readonly<Record<string, unknown>>;
  /** The modules inside, shown instead of arguments. */
  readonly modules?: readonly PrintedModule[];
}

/** Text that torch shows without quotes: padding=same. */
export interface Verbatim {
  readonly verbatim: string;
}

export interface LayerMethods<A> {
  /** The shape of a sample that leaves, and the arguments with what was inferred; null where refused. */
  infer(
    args: A,
    arrival: Arrival,
    refuse: Refuse,
    arrivals: readonly Arrival[],
  ): { output: Shape; args?: A } | null;
  /**
   * Of a sequence whose positions lie along dimension `axis` of its input: what becomes of them. A layer that keeps them either
   * treats each by itself, or knows what `mask` and `step` say. Null, or left out, where it knows of no positions.
   */
  sequence?(args: A, axis: number, input: Shape): Along | null;
  /** Why positions cannot come one at a time; beside a `sequence` that is not causal. */
  ahead?(args: A): string;
  /** With the input shape of the whole sequence. Nothing if omitted. */
  memory?(args: A, input: Shape): readonly Memory[];
  /** It knows only so many positions as arrive. */
  readonly limitsPositions?: boolean;
  /** Takes two inputs or more, which `inputs` names; any other layer takes one. */
  readonly joins?: boolean;
  /** Its output keeps to a range, at one end or both: it cannot become any number. */
  readonly bounded?: boolean;
  /** For a layer that takes token numbers: how many there are. */
  vocabulary?(args: A): number;
  /** With the arguments as `infer` completed them. None if omitted. */
  parameters?(args: A): readonly Parameter[];
  /** With the arguments as `infer` completed them. None if omitted. */
  buffers?(args: A): readonly LayerBuffer[];
  /** Rows that a batch must have while training: statistics of one number mean nothing. 1 if omitted. */
  leastBatch?(args: A, input: Shape): number;
  /** `x` is [batch, …input shape]; the first of `context.inputs`. */
  forward(x: Tensor, args: A, context: ForwardContext): Tensor;
  /** Of one sample going forward; a multiply-add counts as two. */
  flops(args: A, input: Shape, output: Shape): number;
  /** Numbers that a sample needs on the way, there and back, beside what the layer sends on; 0 if omitted. */
  workspace?(args: A, input: Shape, output: Shape): number;
  /** What torch's print() shows between the parentheses, by name. */
  shown(args: A): Readonly<Record<string, unknown>>;
  /** What it shows before that, without names. None if omitted. */
  positional?(args: A): readonly unknown[];
  /** The modules inside, where it shows those instead. None if omitted. */
  modules?(args: A): readonly PrintedModule[];
}

export interface Layer extends Component, LayerMethods<Record<string, unknown>> {}

/** Every position by itself. */
export const eachAlone = (axis: number): Along => ({ axis, causal: true });

/** Checks a definition against its own arguments, then forgets their types: the registry holds all kinds. */
export function defineLayer<S extends ArgsShape>(
  layer: { type: string; help: string; args: S } & LayerMethods<Args<S>>,
): Layer {
  return layer as unknown as Layer;
}

/** A layer with these arguments, called `name`, as print() shows it. */
export function printedAs(
  name: string,
  layer: Layer,
  args: Readonly<Record<string, unknown>>,
): PrintedModule {
  return {
    name,
    type: layer.type,
    positional: layer.positional?.(args) ?? [],
    shown: layer.shown(args),
    modules: layer.modules?.(args) ?? [],
  };
}
