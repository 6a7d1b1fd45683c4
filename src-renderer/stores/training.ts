/** The training that is about to begin: what the lab suggests, what the user changed, and how it begins. */
import { defineStore } from 'pinia';
import { computed } from 'vue';
import { useClient } from '../client/index.ts';
import type { ScheduleRequest } from '../../src-shared/contract/schedule.ts';
import { trainSettingsSchema, type TrainSettingsJson } from '../../src-shared/contract/train-settings.ts';
import type { Estimate, Suggestion } from '../../src-shared/contract/train-plan.ts';
import { useJobs } from './jobs.ts';
import { stored } from './stored.ts';

/** Settings that the user chose instead of the suggested ones. */
export type Changes = Partial<TrainSettingsJson>;

export const useTraining = defineStore('training', () => {
  const jobs = useJobs();
  /** By data set. */
  const kept = stored<Record<string, Changes>>('training', {});

  /** The job that trains, or is about to, in this lab process. */
  const job = computed(() => jobs.running.find(({ kind }) => kind === 'train'));
  /** The job that measures the speed. */
  const calibration = computed(() => jobs.running.find(({ kind }) => kind === 'calibrate'));

  function changesOf(dataset: string): Changes {
    return kept.value[dataset] ?? {};
  }

  /** Replaces what was changed for a data set. */
  function change(dataset: string, changes: Changes): void {
    kept.value = { ...kept.value, [dataset]: changes };
  }

  /** Changes some settings, and forgets changes that come to what is suggested anyway. */
  function set(suggestion: Suggestion, changes: Changes): void {
    const all = { ...changesOf(suggestion.dataset), ...changes };
    const different = Object.entries(all).filter(
      ([name, value]) => !isSame(value, suggestion.settings[name as keyof TrainSettingsJson]),
    );
    change(suggestion.dataset, Object.fromEntries(different));
  }

  /** What a training of the data set would be given. What an older version kept and is none any more is dropped. */
  function settingsFor(suggestion: Suggestion): TrainSettingsJson {
    const given = { ...suggestion.settings, ...changesOf(suggestion.dataset) };
    return trainSettingsSchema.safeParse(given).data ?? suggestion.settings;
  }

  const suggest = (dataset: string): Promise<Suggestion> => useClient().training.suggest({ dataset });
  const estimate = ({ dataset, split }: Suggestion, settings: TrainSettingsJson): Promise<Estimate> =>
    useClient().training.estimate({ dataset, split, ...settings });
  const schedule = (request: Partial<ScheduleRequest> & Pick<ScheduleRequest, 'epochs'>) =>
    useClient().training.schedule(request);
  const models = () => useClient().system.models();
  const machine = () => useClient().system.machine();
  const devices = () => useClient().system.devices();

  async function calibrate(dataset: string, settings: TrainSettingsJson): Promise<void> {
    await jobs.run(useClient().training.calibrate({ dataset, ...settings }));
  }

  /** Splits the data set if need be and begins. @returns the job, as soon as there is one */
  async function start({ dataset, split }: Suggestion, settings: TrainSettingsJson): Promise<string> {
    // Both would be slower, and the measurement wrong.
    if (calibration.value !== undefined) await jobs.cancel(calibration.value.id);
    if (split !== null) await useClient().datasets.split({ dataset, ...split });
    return (await useClient().training.start({ dataset, ...settings })).job;
  }

  return {
    ...{
      job,
      calibration,
      changesOf,
      change,
      set,
      settingsFor,
      suggest,
      estimate,
      schedule,
      models,
      machine,
    },
    ...{ devices, calibrate, start },
  };
});

function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
