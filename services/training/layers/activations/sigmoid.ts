import { sigmoid } from '#engine/functions.ts';
import { elementwise } from './elementwise.ts';

export const Sigmoid = elementwise({ type: 'Sigmoid', help: '1 / (1 + e⁻ˣ)', args: {}, apply: sigmoid });
