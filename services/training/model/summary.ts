// A model as torch's print() shows it, character by character.

import type { Interpretation } from '#contracts/interpreted.ts';
import type { ModelReport } from '#contracts/training/model.ts';
import { type PrintedModule, printedAs, type Verbatim } from '../layers/layer.ts';
import { warningsOfModel } from '../warnings/index.ts';
import type { Model } from './model.ts';

export function summaryOf(model: Model): string {
  const modules = model.layers.map(({ name, layer, args }) => printedAs(name, layer, args));
  return printed({ name: '', type: model.rendered.name, shown: {}, modules }, '');
}

/** A module with inner modules prints as a block of them; torch would then omit arguments (no such module here has any). */
function printed({ type, positional = [], shown, modules = [] }: PrintedModule, indent: string): string {
  if (modules.length > 0) {
    const lines = modules.map((each) => `${indent}  (${each.name}): ${printed(each, `${indent}  `)}\n`);
    return `${type}(\n${lines.join('')}${indent})`;
  }
  const named = Object.entries(shown).map(([key, value]) => `${key}=${python(key, value)}`);
  return `${type}(${[...positional.map((value) => python('', value)), ...named].join(', ')})`;
}

export function reportOf(model: Model, interpreted: readonly Interpretation[]): ModelReport {
  const layers = model.layers.map(({ name, layer, input, output, parameters, flops }) => ({
    name,
    type: layer.type,
    input_shape: [...input],
    output_shape: [...output],
    parameters: parameters.reduce((sum, { shape }) => sum + shape.reduce((size, n) => size * n, 1), 0),
    flops,
  }));
  return {
    object: 'model.report',
    model: model.rendered,
    layers,
    output_shape: [...model.output],
    parameters: model.parameters,
    flops: layers.reduce((sum, layer) => sum + layer.flops, 0),
    parameter_bytes: 4 * model.parameters,
    summary: summaryOf(model),
    warnings: warningsOfModel(model),
    interpreted: [...interpreted],
  };
}

/** torch declares these arguments as floats, so they print with a decimal point: p=0.5, but also p=1.0. */
const FLOATS = new Set(['p', 'eps', 'momentum', 'negative_slope', 'alpha', 'min_val', 'max_val', 'dropout']);

/** Formats a value like Python's repr(). */
function python(key: string, value: unknown): string {
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (value === null) return 'None';
  if (typeof value === 'number') return FLOATS.has(key) ? float(value) : String(value);
  if (typeof value === 'string') return `'${value}'`;
  if (Array.isArray(value)) {
    const items = value.map((item) => python(key, item));
    return `(${items.join(', ')}${items.length === 1 ? ',' : ''})`;
  }
  if (isVerbatim(value)) return value.verbatim;
  return String(value);
}

function isVerbatim(value: unknown): value is Verbatim {
  return typeof value === 'object' && value !== null && 'verbatim' in value;
}

/** Python switches to exponents below 1e-4, JavaScript below 1e-6; Python writes at least two exponent digits. */
function float(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) < 1e16) return `${value}.0`;
  const text = Math.abs(value) < 1e-4 ? value.toExponential() : String(value);
  return text.replace(/e([+-])(\d)$/, 'e$10$2');
}
