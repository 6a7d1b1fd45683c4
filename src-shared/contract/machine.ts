/** What this machine has, and how busy it is. */
import { z } from 'zod';
import { list } from './fields.ts';

/** A graphics card as its driver tells. */
const graphicsCard = z.object({
  name: z.string(),
  /** Bytes. */
  memory: z.object({ total: z.number(), used: z.number() }).nullable(),
  /** From 0 to 1. */
  load: z.number().nullable(),
  /** Degrees Celsius. */
  temperature: z.number().nullable(),
});

/** Processor, memory and graphics cards at this moment; null for what the system does not tell. */
export const machineSchema = z.object({
  processor: z.object({
    name: z.string(),
    /** Logical processors. */
    cores: z.number(),
    /** From 0 to 1, since the last time somebody asked. */
    load: z.number().nullable(),
    /** Degrees Celsius. */
    temperature: z.number().nullable(),
  }),
  /** Bytes. */
  memory: z.object({ total: z.number(), used: z.number() }),
  /** Those of NVIDIA; others do not tell. */
  graphics: list(graphicsCard),
});

/** See {@link machineSchema}. */
export type Machine = z.output<typeof machineSchema>;
