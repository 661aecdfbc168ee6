// A layer: a file of this form and a line in index.ts; its backward pass, both backends and its entry in the catalog follow from it.

import type { InputType } from '#contracts/training/model.ts';
import type { Tensor } from '#engine/tensor.ts';
import type { Args, ArgsShape, Component, Refuse } from '../model/component.ts';
import type { Initial } from '../model/initial.ts';
import type { Shape } from '../model/shape.ts';

/** An input of a layer: the shape of one sample, and where it comes from, in the user's terms. */
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

/** State that persists between steps but is not learned by gradient: running statistics. */
export interface LayerBuffer {
  /** torch's name within the layer: running_mean. */
  readonly key: string;
  readonly shape: Shape;
  /** Fill value before the first step. */
  readonly initial: number;
  /** torch's dtype in a state_dict; f32 in the engine. */
  readonly stored: 'F32' | 'I64';
}

/** What a layer remembers of previous positions when it processes them one at a time. */
export interface Memory {
  readonly key: string;
  readonly shape: Shape;
}

/** A sequence processed one position at a time: [1, 1, …]. */
export interface Step {
  /** The number of previous positions, a scalar []. */
  readonly position: Tensor;
  /** The layer's memory of those, in the shape given by `memory`; zeros at the first position. */
  remembered(key: string): Tensor;
  remember(key: string, value: Tensor): void;
}

/** What a layer does to the positions of a sequence. */
export interface Along {
  /** The output dimension along which the positions lie; null if they end here. */
  readonly axis: number | null;
  /** Whether no position depends on later ones. */
  readonly causal: boolean;
}

export interface ForwardContext {
  /** All inputs, in the order of the layer's `inputs`: for layers that join. */
  readonly inputs: readonly Tensor[];
  readonly training: boolean;
  /** Identifies this layer's random stream. */
  readonly stream: number;
  /** [batch, positions], 1 for every position that is not padding; undefined if there is no padding or positions do not reach this layer. */
  readonly mask?: Tensor | undefined;
  /** Set if positions are processed one at a time. */
  readonly step?: Step | undefined;
  parameter(key: string): Tensor;
  buffer(key: string): Tensor;
  /** Sets the buffer's value after this step. */
  keep(buffer: string, value: Tensor): void;
}

/** A module as torch's print() shows it. */
export interface PrintedModule {
  readonly name: string;
  readonly type: string;
  /** Leading arguments, shown without their names. */
  readonly positional?: readonly unknown[];
  readonly shown: Readonly<Record<string, unknown>>;
  /** Inner modules, shown instead of arguments. */
  readonly modules?: readonly PrintedModule[];
}

/** Text that torch shows without quotes: padding=same. */
export interface Verbatim {
  readonly verbatim: string;
}

export interface LayerMethods<A> {
  /** The output shape of one sample, and the arguments with inferred ones filled in; null if refused. */
  infer(
    args: A,
    arrival: Arrival,
    refuse: Refuse,
    arrivals: readonly Arrival[],
  ): { output: Shape; args?: A } | null;
  /**
   * What becomes of positions that lie along dimension `axis` of the input. A layer that preserves them must either treat each by itself,
   * or handle `mask` and `step`. Null or omitted if it has no notion of positions.
   */
  sequence?(args: A, axis: number, input: Shape): Along | null;
  /** Why positions cannot be processed one at a time; required if `sequence` may be non-causal. */
  ahead?(args: A): string;
  /** For the input shape of the whole sequence. Nothing if omitted. */
  memory?(args: A, input: Shape): readonly Memory[];
  /** Whether the number of positions is limited to the model's input length. */
  readonly limitsPositions?: boolean;
  /** Whether it takes two or more inputs, named by `inputs`; other layers take one. */
  readonly joins?: boolean;
  /** Whether its output is bounded on at least one side. */
  readonly bounded?: boolean;
  /** For a layer that takes token ids: how many there are. */
  vocabulary?(args: A): number;
  /** Given the arguments completed by `infer`. None if omitted. */
  parameters?(args: A): readonly Parameter[];
  /** Given the arguments completed by `infer`. None if omitted. */
  buffers?(args: A): readonly LayerBuffer[];
  /** Minimum rows per training batch: statistics over a single number are meaningless. 1 if omitted. */
  leastBatch?(args: A, input: Shape): number;
  /** `x` is [batch, …input shape], the first of `context.inputs`. */
  forward(x: Tensor, args: A, context: ForwardContext): Tensor;
  /** Of the forward pass for one sample; a multiply-add counts as two. */
  flops(args: A, input: Shape, output: Shape): number;
  /** Intermediate numbers per sample in the forward and backward pass, besides the output; 0 if omitted. */
  workspace?(args: A, input: Shape, output: Shape): number;
  /** Named arguments in torch's print(). */
  shown(args: A): Readonly<Record<string, unknown>>;
  /** Arguments that it shows before those, without names. None if omitted. */
  positional?(args: A): readonly unknown[];
  /** Inner modules, if it shows those instead. None if omitted. */
  modules?(args: A): readonly PrintedModule[];
}

export interface Layer extends Component, LayerMethods<Record<string, unknown>> {}

/** Each position is treated by itself. */
export const eachAlone = (axis: number): Along => ({ axis, causal: true });

/** Checks a definition against its own arguments, then erases their types: the registry holds all kinds. */
export function defineLayer<S extends ArgsShape>(
  layer: { type: string; help: string; args: S } & LayerMethods<Args<S>>,
): Layer {
  return layer as unknown as Layer;
}

/** A layer with these arguments, called `name`, as shown by print(). */
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
