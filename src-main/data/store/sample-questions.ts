/** Questions about samples, answered by the database. */
import type { Database } from './database.ts';
import { findDataset } from './datasets.ts';
import { type ListedSample, readSamples } from './listed-samples.ts';
import { findEvaluation, type KeptEvaluation, listEvaluations } from './predictions.ts';
import { countOutcomes, countSamples, type SampleCounts, type SampleOutcomes } from './sample-counts.ts';
import { readDetail, readSample, type SampleDetail } from './sample-detail.ts';
import { listSampleIds, type SampleQuery } from './sample-query.ts';

/** An evaluation by its run's id and its epoch; null for the run's latest. */
export interface EvaluationChoice {
  readonly run: string;
  readonly epoch: number | null;
}

/** A page of the samples that fit. */
export interface SamplePage {
  readonly total: number;
  /** What predictions were taken from. */
  readonly evaluation: KeptEvaluation | undefined;
  readonly samples: readonly ListedSample[];
}

/** Lists that are kept at a time: those of a few windows. */
const KEPT = 8;

interface SampleList {
  readonly evaluation: KeptEvaluation | undefined;
  readonly ids: readonly number[];
}

/**
 * Questions about the samples of a lab. A query's list of ids is kept while nothing changes, so that scrolling
 * through it costs no more than the pages that are looked at.
 */
export class Samples {
  readonly #database: Database;
  readonly #folder: string;
  /** By query, the one asked for last at the end. */
  readonly #lists = new Map<string, SampleList>();
  #version = -1;

  constructor(database: Database, labFolder: string) {
    this.#database = database;
    this.#folder = labFolder;
  }

  /** Some of the samples that fit; those of an unknown class are none. @throws LabError as {@link chooseEvaluation} */
  page(
    dataset: string,
    query: SampleQuery,
    choice: EvaluationChoice | null,
    { offset, limit }: { readonly offset: number; readonly limit: number },
  ): SamplePage {
    const { ids, evaluation } = this.#list(dataset, query, choice);
    const samples = readSamples(this.#database, this.#folder, ids.slice(offset, offset + limit), evaluation);
    return { total: ids.length, evaluation, samples };
  }

  /** The ids of the samples that fit, in their order. @throws LabError as {@link chooseEvaluation} */
  ids(dataset: string, query: SampleQuery, choice: EvaluationChoice | null): readonly number[] {
    return this.#list(dataset, query, choice).ids;
  }

  /** Samples by their ids, with what the latest evaluation says. @throws LabError `DATASET_NOT_FOUND` */
  read(dataset: string, ids: readonly number[]): ListedSample[] {
    return readSamples(this.#database, this.#folder, ids, chooseEvaluation(this.#database, dataset, null));
  }

  /** How many samples there are of what. @throws LabError `DATASET_NOT_FOUND` */
  counts(dataset: string): SampleCounts {
    return countSamples(this.#database, dataset);
  }

  /** How an evaluation stands to the labels of now. @throws LabError as {@link chooseEvaluation} */
  outcomes(dataset: string, choice: EvaluationChoice | null): SampleOutcomes {
    const { id } = findDataset(this.#database, dataset);
    return countOutcomes(this.#database, id, chooseEvaluation(this.#database, dataset, choice));
  }

  /** A sample of any data set. @throws LabError `SAMPLE_NOT_FOUND` */
  find(id: number): ListedSample {
    return readSample(this.#database, this.#folder, id);
  }

  /** All that is known about a sample. @throws LabError `SAMPLE_NOT_FOUND` */
  detail(id: number): SampleDetail {
    return readDetail(this.#database, this.#folder, id);
  }

  #list(dataset: string, query: SampleQuery, choice: EvaluationChoice | null): SampleList {
    // One process writes, over one connection: rows that it changed are all that can change a list.
    const version = this.#database.count('SELECT total_changes()');
    if (version !== this.#version) this.#lists.clear();
    this.#version = version;
    const key = JSON.stringify([dataset, query, choice]);
    const known = this.#lists.get(key) ?? this.#make(dataset, query, choice);
    this.#lists.delete(key);
    this.#lists.set(key, known);
    for (const old of [...this.#lists.keys()].slice(0, -KEPT)) this.#lists.delete(old);
    return known;
  }

  #make(dataset: string, query: SampleQuery, choice: EvaluationChoice | null): SampleList {
    const datasetId = findDataset(this.#database, dataset).id;
    const evaluation = chooseEvaluation(this.#database, dataset, choice);
    return { evaluation, ids: listSampleIds(this.#database, datasetId, query, evaluation) };
  }
}

/**
 * The evaluation that is meant; for none in particular the latest, or undefined where there is none at all.
 *
 * @throws LabError `DATASET_NOT_FOUND`, `EVALUATION_NOT_FOUND`
 */
export function chooseEvaluation(
  database: Database,
  dataset: string,
  choice: EvaluationChoice | null,
): KeptEvaluation | undefined {
  if (choice !== null && choice.epoch !== null)
    return findEvaluation(database, { dataset, run: choice.run, epoch: choice.epoch });
  return listEvaluations(database, dataset).find(({ run }) => choice === null || run === choice.run);
}
