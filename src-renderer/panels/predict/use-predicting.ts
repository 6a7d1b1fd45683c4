/** The network that is asked, and what was asked last. */
import { computed, ref, watch } from 'vue';
import { useI18n } from 'vue-i18n';
import { useDropTaker } from '../../composables/use-drops.ts';
import { useQuery } from '../../composables/use-query.ts';
import { useTrainedRuns } from '../../composables/use-trained-runs.ts';
import { useDrops } from '../../stores/drops.ts';
import { useJobs } from '../../stores/jobs.ts';
import { usePredictions, type Dropped, type ModelChoice } from '../../stores/predictions.ts';
import { useRuns } from '../../stores/runs.ts';
import { useToasts } from '../../stores/toasts.ts';

/** See the file; drops on the page are asked about while the panel is on the screen. */
export function usePredicting() {
  const { t } = useI18n();
  const [predictions, jobs, drops, toasts, runs] = [
    usePredictions(),
    useJobs(),
    useDrops(),
    useToasts(),
    useRuns(),
  ];
  const { trained } = useTrainedRuns();
  const chosenJob = ref<string | null>(null);
  const sending = ref(false);

  /** What was chosen while it is there, else the newest run. */
  const model = computed((): ModelChoice | undefined => {
    const { choice } = predictions;
    const isThere =
      choice !== null && (isFile(choice.model) || trained.value.some(({ id }) => id === choice.model));
    if (isThere) return choice;
    const [newest] = trained.value;
    return newest && { model: newest.id, epoch: null };
  });

  /** Loaded as soon as it is chosen, so that the first picture is answered as fast as the others. */
  const info = useQuery(
    () => model.value,
    (now) => predictions.prepare(now),
  );

  const job = computed(() => {
    const last = jobs.all.findLast(({ kind }) => kind === 'predict');
    return jobs.get(chosenJob.value) ?? last;
  });

  watch(
    () => predictions.choice,
    (choice) => choice === null && void info.reload(),
  );

  function choose(choice: ModelChoice): void {
    predictions.choice = choice;
  }

  /** Asks about files and folders. */
  async function ask(paths: readonly string[]): Promise<void> {
    const asked = model.value;
    if (asked === undefined || paths.length === 0) return;
    await toasts.attempt(async () => {
      await jobs.run(predictions.predict(asked, paths), (id) => (chosenJob.value = id));
    });
  }

  async function take(dropped: Dropped): Promise<void> {
    sending.value = true;
    const paths = await toasts.attempt(() => drops.paths(dropped));
    sending.value = false;
    if (paths !== undefined) await ask(paths);
  }

  useDropTaker({
    get label() {
      return t('predict.drop');
    },
    take: (dropped) => void take(dropped),
  });

  return { model, info, job, sending, choose, ask, take, known: computed(() => runs.known) };
}

/** Whether a choice is a file, and not a run. */
export function isFile(model: string): boolean {
  return /\.onnx$/i.test(model);
}
