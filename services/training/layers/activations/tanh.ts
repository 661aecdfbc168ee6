import { tanh } from '#engine/functions.ts';
import { elementwise } from './elementwise.ts';

export const Tanh = elementwise({ type: 'Tanh', help: '(eˣ − e⁻ˣ) / (eˣ + e⁻ˣ)', args: {}, apply: tanh });
