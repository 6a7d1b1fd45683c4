/** The network that is asked, and what was asked last. */
import { computed, ref, shallowRef } from 'vue';
import { useI18n } from 'vue-i18n';
import { useRoute } from 'vue-router';
import { useDropTaker } from '../../composables/use-drops.ts';
import { useQuery } from '../../composables/use-query.ts';
import { useTrainedRuns } from '../../composables/use-trained-runs.ts';
import { useDrops } from '../../stores/drops.ts';
import { useJobs } from '../../stores/jobs.ts';
import { usePredictions, type Dropped, type ModelChoice } from '../../stores/predictions.ts';
import { useRuns } from '../../stores/runs.ts';
import { useToasts } from '../../stores/toasts.ts';

interface Question {
  readonly model: ModelChoice;
  readonly paths: readonly string[];
}

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
  /** What was asked from this page, by job: to ask another network the same. */
  const asked = shallowRef<ReadonlyMap<string, Question>>(new Map());

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

  function choose(choice: ModelChoice): void {
    predictions.choice = choice;
  }

  /** Asks about files and folders. */
  async function ask(paths: readonly string[]): Promise<void> {
    const now = model.value;
    if (now === undefined || paths.length === 0) return;
    const begin = (id: string): void => {
      chosenJob.value = id;
      asked.value = new Map([...asked.value, [id, { model: now, paths }]]);
    };
    // Why a job failed stands where its table would.
    const { job } = (await toasts.attempt(() => predictions.predict(now, paths))) ?? {};
    if (job !== undefined) begin(job);
  }

  /** The question that the shown answers are to, if the chosen network has not answered it. */
  const unanswered = computed(() => {
    if (job.value === undefined || model.value === undefined) return undefined;
    // Of a job from before the page was loaded only the network is known.
    const { id, subject } = job.value;
    const question = asked.value.get(id) ?? { model: { ...model.value, model: subject }, paths: [] };
    return isSame(question.model, model.value) ? undefined : question;
  });

  async function take(dropped: Dropped): Promise<void> {
    sending.value = true;
    const paths = await toasts.attempt(() => drops.paths(dropped));
    sending.value = false;
    if (paths !== undefined) await ask(paths);
  }

  // Other panels lead here with one of their runs.
  const { run } = useRoute().query;
  if (typeof run === 'string') choose({ model: run, epoch: null });

  useDropTaker({
    get label() {
      return t('predict.drop');
    },
    take: (dropped) => void take(dropped),
  });

  return { model, info, job, unanswered, sending, choose, ask, take, known: computed(() => runs.known) };
}

function isSame(a: ModelChoice, b: ModelChoice | undefined): boolean {
  return a.model === b?.model && a.epoch === b.epoch;
}

/** Whether a choice is a file, and not a run. */
export function isFile(model: string): boolean {
  return /\.onnx$/i.test(model);
}
