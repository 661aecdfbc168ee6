// Layers, losses and optimizers as schemas.

import { z } from 'zod';
import { Component } from '#contracts/model.ts';

type Named = <T extends z.ZodType>(id: string, schema: T) => T;
export const layerRequest = (_n: Named) => z.union([Component, z.never()]);
export const lossRequest = (_n: Named) => z.union([Component, z.never()]);
export const optimizerRequest = (_n: Named) => z.union([Component, z.never()]);
