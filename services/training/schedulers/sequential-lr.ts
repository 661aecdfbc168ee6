import { z } from 'zod';
import { Component } from '#contracts/training/model.ts';
import { type Registry, readComponent } from '../model/component.ts';
import { defineScheduler, milestones, type Scheduler } from './scheduler.ts';

interface Part {
  type: string;
  [argument: string]: unknown;
}

/**
 * Schedules in sequence, each counting from 0 where it starts, all from the optimizer's own learning rate, as in
 * torch.optim.lr_scheduler.SequentialLR.
 */
export function sequentialLR(parts: Registry<Scheduler>): Scheduler {
  const readPart = (part: unknown, index: number) => readComponent(parts, part, `schedulers[${index}]`);
  return defineScheduler({
    type: 'SequentialLR',
    help: 'Schedules in sequence, for example a warm-up first',
    args: {
      schedulers: z.array(Component).min(1).max(100).describe('The schedules, in order'),
      milestones: milestones('The steps at which the second, third, … takes over'),
    },
    check({ schedulers, milestones }, refuse) {
      if (milestones.length !== schedulers.length - 1) {
        const wanted = `${schedulers.length} schedulers need ${schedulers.length - 1} milestones`;
        refuse('milestones', `${wanted}, but there are ${milestones.length}`);
      }
      if (milestones.some((milestone, i) => milestone <= (milestones[i - 1] ?? 0))) {
        refuse('milestones', 'the milestones must be greater than 0 and increasing');
      }
      for (const [i, part] of schedulers.entries()) {
        const { details, value } = readPart(part, i);
        for (const { param, code, message } of details) refuse(param, message, code);
        if (value === null) continue;
        const { definition, args } = value;
        if (definition.alone !== undefined)
          refuse(`schedulers[${i}]`, `${definition.alone}: it cannot be combined with others`);
        definition.check?.(args, (argument, message, code) => {
          refuse(argument === null ? `schedulers[${i}]` : `schedulers[${i}].${argument}`, message, code);
        });
      }
    },
    complete({ schedulers, milestones }) {
      const complete = schedulers.map((part, i): Component => {
        const { definition, args } = readPart(part, i).value!;
        return { type: definition.type, ...args };
      });
      return { schedulers: complete, milestones };
    },
    rate({ schedulers, milestones }, when) {
      const current = milestones.filter((milestone) => milestone <= when.step).length;
      const { type, ...args } = schedulers[current] as Part;
      const since = current === 0 ? 0 : milestones[current - 1]!;
      return parts.members.get(type)!.rate(args, { ...when, step: when.step - since });
    },
  });
}
