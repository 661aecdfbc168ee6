// Devices in the API: what a job may request, what a worker has, which one a job was given and why.

import { z } from 'zod';

export const Device = z.enum(['auto', 'cpu', 'webgpu']);
export type Device = z.infer<typeof Device>;

/** Whether a run may resume from a checkpoint on another kind of device. */
export const ResumeOn = z.enum(['same', 'any']);

export const GpuAdapter = z.object({
  vendor: z.string(),
  architecture: z.string(),
  description: z.string(),
  software: z.boolean().describe('Emulated by the CPU: correct but slow; never chosen by "auto"'),
  features: z.array(z.string()),
  limits: z.object({
    maxBufferSize: z.number(),
    maxStorageBufferBindingSize: z.number(),
    maxComputeWorkgroupStorageSize: z.number(),
    maxComputeInvocationsPerWorkgroup: z.number(),
  }),
});
export type GpuAdapter = z.infer<typeof GpuAdapter>;

/** What the trainers of one worker can compute on. */
export const WorkerDevices = z.object({
  cpu: z.object({
    model: z.string(),
    cores: z.int(),
    simd: z.string().describe('Kind of WebAssembly arithmetic; part of the fingerprint'),
    wide: z.boolean().describe('Whether pairs of 128-bit vectors are computed as one (AVX2)'),
  }),
  webgpu: z.object({
    adapter: GpuAdapter.nullable(),
    reason: z.string().nullable().describe('Why there is no adapter'),
  }),
});
export type WorkerDevices = z.infer<typeof WorkerDevices>;

export const WorkerEntry = z.object({
  object: z.literal('worker'),
  id: z.string(),
  host: z.string(),
  concurrency: z.int().describe('Jobs that it trains concurrently'),
  started_at: z.iso.datetime(),
  seen_at: z.iso.datetime(),
  devices: WorkerDevices,
});
export type WorkerEntry = z.infer<typeof WorkerEntry>;

export const DeviceList = z.object({
  object: z.literal('list'),
  data: z.array(WorkerEntry),
  has_more: z.literal(false),
});

/** The device that a run was given, and why. Microseconds per step if both were measured. */
export const DeviceData = z.object({
  device: z.enum(['cpu', 'webgpu']),
  adapter: z.string().nullable(),
  reason: z.string(),
  cpu_us_per_step: z.number().nullable(),
  webgpu_us_per_step: z.number().nullable(),
});
export type DeviceData = z.infer<typeof DeviceData>;
