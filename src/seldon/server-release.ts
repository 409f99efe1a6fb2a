import type { Signature } from '../model/model.ts';
import { containerOf, modelNodeName } from './graph.ts';
import type { Predictor } from './seldon-deployment.ts';

/** The newest MLflow that Seldon's release of an image may have, by its release notes and requirements. */
const RELEASES: readonly { readonly image: RegExp; readonly mlflow: string; readonly readsRequired: boolean }[] = [
  { image: /\bmlflowserver:v?1\.1[0-5](?:\.|$)/, mlflow: '1.23', readsRequired: false },
  { image: /\bmlflowserver:v?1\.16(?:\.|$)/, mlflow: '2.2', readsRequired: false },
  { image: /\bmlflowserver:v?1\.17(?:\.|$)/, mlflow: '2.5', readsRequired: false },
  { image: /\bmlflowserver:v?1\.18(?:\.|$)/, mlflow: '2.22', readsRequired: true },
  { image: /\bmlflowserver:v?1\.19(?:\.|$)/, mlflow: '3.1', readsRequired: true },
  { image: /\bmlserver:1\.3\.5(?:-|$)/, mlflow: '2.4', readsRequired: false },
  { image: /\bmlserver:1\.7\.1(?:-|$)/, mlflow: '3.17', readsRequired: true },
];

export interface ServedModel {
  readonly predictor: Pick<Predictor, 'graph' | 'componentSpecs' | 'annotations'>;
  readonly signature: Signature | undefined;
  /** Nothing was live before, so it is unknown whether this server reads such a signature. */
  readonly isFirst: boolean;
}

/** What the server cannot read of the signature, before it has tried. */
export function signatureWarnings({ predictor, signature, isFirst }: ServedModel): readonly string[] {
  if (signature?.saysRequired !== true) return [];
  const image = imageOf(predictor);
  const release = RELEASES.find((one) => image !== undefined && one.image.test(image));
  if (release?.readsRequired === true) return [];
  const cure = 'use the server image of Seldon 1.18 or newer';
  if (release !== undefined) {
    return [
      `The column signature was written by MLflow 2.10 or newer, and the image ${image} has MLflow ${release.mlflow} at most, which cannot read it: ${cure}.`,
    ];
  }
  return isFirst
    ? [
        'The column signature was written by MLflow 2.10 or newer; if the container stops with "unexpected keyword ' +
          `argument 'required'", its image has an older MLflow: ${cure}.`,
      ]
    : [];
}

/** Undefined where the operator's own configuration decides. */
function imageOf(predictor: ServedModel['predictor']): string | undefined {
  const image = containerOf(predictor, modelNodeName(predictor))?.['image'];
  return typeof image === 'string' ? image : undefined;
}
