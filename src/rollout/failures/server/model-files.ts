import type { FailureRow } from '../failure-row.ts';

const RAISED = { reason: 'crash-loop', place: 'Python' } as const;

/** What the frameworks of machine learning say of the files of a model that they cannot read. */
export const MODEL_FILE_FAILURES: readonly FailureRow[] = [
  {
    ...RAISED,
    id: 'model-torch-weights-only',
    pattern: /Weights only load failed|default value of the `weights_only` argument/,
    example: '_pickle.UnpicklingError: Weights only load failed. This file can still be loaded',
    title: () => 'PyTorch 2.6 and later do not load a pickled model by default (`weights_only`), and this model is one',
    cure: () =>
      'log the model with `torch<2.6` in `pip_requirements`, or with an MLflow that passes `weights_only=False`',
  },
  {
    ...RAISED,
    id: 'model-transformers-version',
    pattern:
      /has model type `([\w.-]{1,60})` but Transformers does not recognize|transformers\/models\/auto\/configuration_auto\.py[^\n]{0,200}\n[^\n]{0,200}\n?KeyError: '([\w.-]{1,60})'|Unrecognized configuration class|untagged enum \w{1,40}|Tokenizer class (\w{1,60}) does not exist/,
    example:
      'ValueError: The checkpoint you are trying to load has model type `qwen3` but Transformers does not recognize this architecture.',
    title: (_, [, one, two, three]) =>
      `The package transformers in the environment is too old for this model (${one ?? two ?? three ?? 'its class is unknown'})`,
    cure: () => 'log the model with a newer `transformers` (that of the training) in `pip_requirements`',
  },
  {
    ...RAISED,
    id: 'model-data-missing',
    pattern:
      /Can't find model '([\w.-]{1,100})'|Resource '?([\w/]{1,80})'? not found\.|Resource \S{0,10}([\w/]{1,80})\S{0,10} not found\.\s/,
    example:
      "OSError: [E050] Can't find model 'en_core_web_sm'. It doesn't seem to be a Python package or a valid path",
    title: (_, [, spacy, nltk, other]) =>
      `The model needs the language data ${spacy ?? nltk ?? other}, which its environment does not have`,
    cure: () =>
      'add it to `pip_requirements` (the wheel of a spaCy model), or log the files as `artifacts` of the model and point to them (`NLTK_DATA`) in its code',
  },
  {
    ...RAISED,
    id: 'python-model-version',
    pattern:
      /node array from the pickle has an incompatible dtype|XGBoostError[^\n]{0,200}|Model format error|Unknown layer: \w{1,60}|Unable to deserialize|bad magic number|invalid load key|UnpicklingError[^\n]{0,100}|EOFError: Ran out of input|Error\(s\) in loading state_dict|SystemError: unknown opcode|pickle data was truncated|Buffer dtype mismatch[^\n]{0,100}|__cinit__\(\) takes|LightGBMError: [^\n]{1,160}|CatBoostError: [^\n]{1,160}|\[ONNXRuntimeError\] : [^\n]{1,240}|SavedModel file does not exist[^\n]{0,160}|File format not supported[^\n]{0,160}|PytorchStreamReader failed[^\n]{0,100}|Attempted to read a PyTorch file with version[^\n]{0,160}|Error no file named [^\n]{1,160}|SafetensorError: [^\n]{1,160}|file signature not found|Error when deserializing class[^\n]{0,160}|Unrecognized keyword arguments passed to[^\n]{0,120}|could not be deserialized properly|Could not locate class[^\n]{0,100}/,
    example: 'ValueError: node array from the pickle has an incompatible dtype',
    title: (_, [words]) => `The file of the model cannot be loaded with the versions in the server (${words})`,
    cure: (_, [words]) =>
      `log the model with the versions of the training pinned in \`pip_requirements\`${frameworkIn(words)}; if the file is cut (an LFS pointer, a failed upload), log it again`,
  },
];

/** The package that reads the file, for the words of those that say their name. */
function frameworkIn(words: string): string {
  const [, name] = /(ONNX|XGBoost|LightGBM|CatBoost|Pytorch|PyTorch|Keras|Safetensor)/.exec(words) ?? [];
  if (name === undefined) return '';
  const wanted =
    name === 'ONNX'
      ? 'onnxruntime'
      : name.toLowerCase().replace('pytorch', 'torch').replace('safetensor', 'safetensors');
  return ` (\`${wanted}\`)`;
}
